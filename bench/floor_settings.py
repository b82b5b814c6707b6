"""A bare Django: no middleware, no application, the portal's database."""

from environs import Env

env = Env()

SECRET_KEY = env.str("SECRET_KEY")
ALLOWED_HOSTS = ["127.0.0.1"]
ROOT_URLCONF = "bench.floor"
WSGI_APPLICATION = "bench.floor.application"
INSTALLED_APPS: list[str] = []
MIDDLEWARE: list[str] = []
TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates"}]
DATABASES = {"default": {**env.dj_db_url("DATABASE_URL"), "CONN_MAX_AGE": 60}}
USE_TZ = True
