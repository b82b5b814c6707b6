"""The pages about mail."""

from django.urls import path

from notifications.views import muting, outbox, preferences

app_name = "notifications"
urlpatterns = [
    path("preferences/mail/", preferences.preferences, name="preferences"),
    path("mail/stop/<str:token>/", muting.stop, name="stop"),
    path("operations/mail/", outbox.outbox, name="outbox"),
    path("operations/mail.csv", outbox.outbox_csv, name="outbox-csv"),
    path("operations/mail/<int:pk>/again/", outbox.again, name="again"),
]
