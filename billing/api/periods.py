"""`/billing_periods/`: the months and what each one bills; the file of one: `exports.py`."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, ClassVar

from django.db.models import F
from django.http import Http404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from billing.domain.closing import close_month
from billing.domain.lines import Due
from billing.domain.months import BillingMonth, billing_month, billing_months
from billing.domain.preview import previews
from billing.domain.totals import Total, lines_of_month, totals_of_closes
from billing.models import StatementLine
from core.api.fields import Instant, Money, money_text
from core.dates import in_calendar
from customers.api.views import PortalAPIView, PortalListView
from customers.domain.roles import Right
from customers.models import TokenScope

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


class MonthView(PortalAPIView):
    """What every address of a month has in common."""

    see = Right.SEE_BILLING
    scope = TokenScope.BILLING

    def described(self, months: Sequence[BillingMonth]) -> list[dict[str, Any]]:
        """The months as the API shows them, with a fixed number of queries."""
        open_months = [each.month for each in months if each.closed is None]
        coming = previews(until=max(open_months)) if open_months else None
        billed = totals_of_closes(each.month for each in months if each.closed is not None)

        def totals(of: BillingMonth) -> list[dict[str, Any]]:
            if of.closed is None and coming is not None:
                return totals_as_json(coming.of(of.month).totals)
            return totals_as_json(billed.get(of.month, {}))

        return list(
            PeriodOutput(
                [
                    {
                        "month": f"{each.month:%Y-%m}",
                        "status": each.status,
                        "closed_at": each.closed.closed_at if each.closed else None,
                        "closed_by": each.closed.closed_by.email if each.closed else None,
                        "totals": totals(each),
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


class PeriodList(MonthView, PortalListView):
    """The billing periods."""

    ordering = ("-month",)

    @extend_schema(responses=PeriodOutput(many=True))
    def get(self, request: Request) -> Response:
        """Months with delivered time, closed months, and the one that runs: the newest first."""
        return self.page_of(billing_months(user=self.person, now=self.now), self.described)


class PeriodDetail(MonthView):
    """One billing period."""

    @extend_schema(parameters=[MONTH], responses=PeriodOutput)
    def get(self, request: Request, month: date) -> Response:
        """One month."""
        return Response(self.described([billing_month(self.check_month(month))])[0])


class PeriodClose(MonthView):
    """The end of a billing period."""

    acts: ClassVar = {"POST": Right.CLOSE_MONTHS}
    refusals = ("period_not_over", "earlier_month_open", "unpriced_entries", "sums_do_not_meet")

    @extend_schema(parameters=[MONTH], request=None, responses=PeriodOutput)
    def post(self, request: Request, month: date) -> Response:
        """Close the month for ever: what is due becomes statements. A closed month answers as it is."""
        close_month(month=self.check_month(month), by=self.person, now=self.now)
        return Response(self.described([billing_month(month)])[0])


class PeriodLines(MonthView, PortalListView):
    """What one month bills."""

    ordering = ("service_date", "entry_id")

    @extend_schema(parameters=[MONTH], responses=LineOutput(many=True))
    def get(self, request: Request, month: date) -> Response:
        """The lines of one month's close, by service date; of an open month the preview. Courtesies have none."""
        billing = billing_month(self.check_month(month))
        if billing.closed is not None:
            return self.page_of(lines_of_month(billing.month), _closed_lines)
        lines = previews(until=billing.month).lines_of(billing.month)
        return self.page_of(lines.entries.annotate(entry_id=F("pk")), lambda page: open_lines(lines.due_of(page)))


def totals_as_json(totals: Mapping[str, Total]) -> list[dict[str, Any]]:
    """Totals by currency as the API shows them."""
    return [
        {"currency": currency, "minutes": total.minutes, "amount": money_text(total.amount, currency)}
        for currency, total in sorted(totals.items())
    ]


def _closed_lines(lines: Sequence[StatementLine]) -> Any:
    return LineOutput(
        [
            {
                "statement": line.statement.reference,
                "customer": line.statement.customer_id,
                "contract": line.contract_id,
                "time_entry": line.entry_id,
                "service_date": line.service_date,
                "minutes": line.minutes,
                "amount": money_text(line.amount, line.statement.currency),
                "currency": line.statement.currency,
                "hourly_rate": money_text(line.hourly_rate, line.statement.currency),
                "reason": line.reason,
                "caused_by": line.caused_by_id,
            }
            for line in lines
        ],
        many=True,
    ).data


def open_lines(due: Sequence[Due]) -> Any:
    """Lines of the preview as the API shows them."""
    return LineOutput(
        [
            {
                "statement": None,
                "customer": each.entry.contract.customer_id,
                "contract": each.entry.contract_id,
                "time_entry": each.entry.pk,
                "service_date": each.entry.service_date,
                "minutes": each.minutes,
                "amount": money_text(each.amount, each.priced.currency),
                "currency": each.priced.currency,
                "hourly_rate": money_text(each.priced.hourly_rate, each.priced.currency),
                "reason": each.reason,
                "caused_by": each.caused_by,
            }
            for each in due
        ],
        many=True,
    ).data
