"""Finance's pages: the month's overage and the rate card."""

from django.urls import path

from billing import views
from core import converters  # noqa: F401 - makes `<month:…>` known

app_name = "billing"
urlpatterns = [
    path("overage/", views.overage_today, name="overage"),
    path("overage/<month:month>/", views.overage, name="overage"),
    path("overage/<month:month>.csv", views.overage_csv, name="overage-csv"),
    path("rates/", views.rates, name="rates"),
    path("rates.csv", views.rates_csv, name="rates-csv"),
    path("rates/new/", views.rate_create, name="rate-create"),
]
