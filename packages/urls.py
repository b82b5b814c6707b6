from django.urls import path

from packages import views

app_name = "packages"
urlpatterns = [
    path("packages/", views.catalogue, name="catalogue"),
    path("contracts/<int:pk>/terms/", views.terms, name="terms"),
]
