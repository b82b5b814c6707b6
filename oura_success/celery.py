import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "oura_success.settings.production")

app = Celery("oura_success")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
