"""The addresses as the demo has them."""

from django.urls import include, path

from oura_success import urls

urlpatterns = [*urls.urlpatterns, path("demo/", include("home.demo_urls"))]
handler404 = urls.handler404
