"""`/billing_periods/`: the months, what each one bills, and the file of it."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.http import Http404, StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from billing.domain.months import BillingMonth, billing_month, billing_months
from billing.domain.overage import OverageLine, month_overage, overage_of_months
from billing.domain.overage_file import overage_csv, overage_file_name
from core.api.fields import Instant, Money, money_text
from core.dates import in_calendar
from customers.api.views import PortalAPIView, PortalListView
from customers.domain.roles import Right
from customers.models import TokenScope
from sessions.domain.pricing import Billing

MONTH = OpenApiParameter(
    "month", {"type": "string", "pattern": r"^\d{4}-\d{2}$"}, OpenApiParameter.PATH, description="YYYY-MM"
)


class TotalOutput(serializers.Serializer[Any]):
    """The sum of one currency: amounts of different currencies are never added."""

    currency = serializers.CharField()
    minutes = serializers.IntegerField()
    amount = Money()


class PeriodOutput(serializers.Serializer[Any]):
    """A calendar month; while it is open its totals are a preview."""

    month = serializers.CharField(help_text="YYYY-MM")
    status = serializers.ChoiceField(choices=["open", "closed"])
    closed_at = Instant(allow_null=True)
    closed_by = serializers.EmailField(allow_null=True)
    totals = TotalOutput(many=True)


class LineOutput(serializers.Serializer[Any]):
    """What is billed for one time entry; of an open month what would be."""

    statement = serializers.CharField(allow_null=True, help_text="null: a preview")
    customer = serializers.IntegerField()
    contract = serializers.IntegerField()
    time_entry = serializers.IntegerField()
    service_date = serializers.DateField()
    minutes = serializers.IntegerField()
    amount = Money(allow_null=True, help_text="null: no rate is in force, so the month cannot be closed")
    currency = serializers.CharField()
    hourly_rate = Money(allow_null=True)
    reason = serializers.CharField()
    caused_by = serializers.IntegerField(allow_null=True, help_text="The time entry that moved this one's minutes")


class ExportQuery(serializers.Serializer[Any]):
    """The file's format."""

    format = serializers.ChoiceField(choices=["csv"], default="csv")


class _MonthView(PortalAPIView):
    see = Right.SEE_BILLING
    scope = TokenScope.BILLING

    def described(self, months: Sequence[BillingMonth]) -> list[dict[str, Any]]:
        """The months as the API shows them, with a fixed number of queries."""
        reports = overage_of_months((each.month for each in months), user=self.person)
        return list(
            PeriodOutput(
                [
                    {
                        "month": f"{each.month:%Y-%m}",
                        "status": each.status,
                        "closed_at": each.closed.closed_at if each.closed else None,
                        "closed_by": each.closed.closed_by.email if each.closed else None,
                        "totals": [
                            {
                                "currency": total.currency,
                                "minutes": total.minutes,
                                "amount": money_text(total.amount, total.currency),
                            }
                            for total in reports[each.month].totals()
                        ],
                    }
                    for each in months
                ],
                many=True,
            ).data
        )

    def check_month(self, month: date) -> date:
        """The month, if it is one that the portal may know.

        :raises Http404: if it lies outside all calendars that contracts can have
        """
        if not in_calendar(month):
            raise Http404
        return month


class PeriodList(_MonthView, PortalListView):
    """The billing periods."""

    ordering = ("-month",)

    @extend_schema(responses=PeriodOutput(many=True))
    def get(self, request: Request) -> Response:
        """Months with delivered time, closed months, and the one that runs: the newest first."""
        return self.page_of(billing_months(user=self.person, now=self.now), self.described)


class PeriodDetail(_MonthView):
    """One billing period."""

    @extend_schema(parameters=[MONTH], responses=PeriodOutput)
    def get(self, request: Request, month: date) -> Response:
        """One month."""
        return Response(self.described([billing_month(self.check_month(month))])[0])


class PeriodLines(_MonthView, PortalListView):
    """What one month bills."""

    ordering = ("service_date", "time_entry")

    @extend_schema(parameters=[MONTH], responses=LineOutput(many=True))
    def get(self, request: Request, month: date) -> Response:
        """The lines of one month, by service date; courtesies bill nothing and have none."""
        report = month_overage(self.check_month(month), user=self.person)
        lines = [_line(line) for line in report.lines if line.billing is not Billing.COURTESY]
        lines.sort(key=lambda line: (line["service_date"], line["time_entry"]))
        return self.page_of(lines, lambda page: LineOutput(page, many=True).data)


class PeriodExport(_MonthView):
    """One month as a file."""

    @extend_schema(
        parameters=[MONTH, ExportQuery], responses={(200, "text/csv"): OpenApiTypes.STR}, operation_id="export_month"
    )
    def get(self, request: Request, month: date) -> StreamingHttpResponse:
        """The month's overage as a file; while the month is open its name says *provisional*."""
        self.read_query(ExportQuery)
        report = month_overage(self.check_month(month), user=self.person)
        return StreamingHttpResponse(
            overage_csv(report),
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{overage_file_name(report)}"'},
        )


def _line(line: OverageLine) -> dict[str, Any]:
    return {
        "statement": None,
        "customer": line.customer.pk,
        "contract": line.contract.pk,
        "time_entry": line.entry.pk,
        "service_date": line.service_date.isoformat(),
        "minutes": line.minutes,
        "amount": money_text(line.amount, line.currency),
        "currency": line.currency,
        "hourly_rate": money_text(line.hourly_rate, line.currency),
        "reason": "delivered",
        "caused_by": None,
    }
