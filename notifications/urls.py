"""The pages about mail."""

from django.urls import path

from notifications import views

app_name = "notifications"
urlpatterns = [path("preferences/mail/", views.preferences, name="preferences")]
