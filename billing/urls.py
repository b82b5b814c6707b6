"""Finance's pages: the month's overage, the billing periods and their statements and what is asked about them, the rate
card."""

from django.urls import path

from billing.views import files, invoices, overage, periods, questions, rates, statements
from core import converters  # noqa: F401 - makes `<month:…>` known

app_name = "billing"
urlpatterns = [
    path("overage/", overage.overage_today, name="overage"),
    path("overage/<month:month>/", overage.overage, name="overage"),
    path("overage/<month:month>.csv", overage.overage_csv, name="overage-csv"),
    path("periods/", periods.periods, name="periods"),
    path("periods/<month:month>/", periods.period, name="period"),
    path("periods/<month:month>/close/", periods.close, name="close"),
    path("periods/<month:month>/files/<slug:format>/", files.month_file, name="month-file"),
    path("statements/", statements.statements, name="statements"),
    path("statements/<int:pk>/", statements.statement, name="statement"),
    path("statements/<int:pk>/files/<slug:format>/", files.statement_file, name="statement-file"),
    path("statements/<int:pk>/invoice/", invoices.mark, name="invoice"),
    path("time-entries/<int:pk>/question/", questions.ask, name="ask"),
    path("questions/", questions.questions, name="questions"),
    path("questions/<int:pk>/", questions.question, name="question"),
    path("questions/<int:pk>/settle/", questions.settle, name="settle-question"),
    path("rates/", rates.rates, name="rates"),
    path("rates.csv", rates.rates_csv, name="rates-csv"),
    path("rates/new/", rates.rate_create, name="rate-create"),
]
