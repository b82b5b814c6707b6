"""`/rates/`: the rate card, and adding a line."""

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from billing.domain.rates import add_rate_line, rate_lines_visible_to
from core.api.fields import CalendarDate, Currency, Instant, Money, money_text
from customers.api.fields import Visible
from customers.api.views import PortalListView
from customers.domain.roles import Right
from customers.models import TokenScope
from packages.domain.contracts import contracts_visible_to
from packages.models import RateLine


class RateInput(serializers.Serializer[Any]):
    """An hourly rate from a date on. With a contract it is negotiated; null there goes back to the general rate."""

    currency = Currency()
    hourly_rate = Money(allow_null=True)
    valid_from = CalendarDate()
    contract = Visible(contracts_visible_to, required=False, allow_null=True, default=None)


class RateOutput(serializers.Serializer[Any]):
    """A line of the rate card: it holds until the next one of the same currency and contract."""

    id = serializers.IntegerField()
    currency = serializers.CharField()
    hourly_rate = Money(allow_null=True)
    valid_from = serializers.DateField()
    contract = serializers.IntegerField(allow_null=True)
    created_at = Instant()
    created_by = serializers.EmailField(allow_null=True)


def described(lines: list[RateLine]) -> list[dict[str, Any]]:
    """Lines of `rate_lines_visible_to` as the API shows them."""
    return list(
        RateOutput(
            [
                {
                    "id": line.pk,
                    "currency": line.currency,
                    "hourly_rate": money_text(line.hourly_rate, line.currency),
                    "valid_from": line.valid_from,
                    "contract": line.contract_id,
                    "created_at": line.created_at,
                    "created_by": line.created_by.email if line.created_by is not None else None,
                }
                for line in lines
            ],
            many=True,
        ).data
    )


class RateList(PortalListView):
    """The rate card: read by operations and finance, added to by operations."""

    see = Right.SEE_RATES
    scope = TokenScope.MANAGE
    acts: ClassVar = {"POST": Right.MANAGE_RATES}
    refusals = ("period_closed",)

    @extend_schema(responses=RateOutput(many=True))
    def get(self, request: Request) -> Response:
        """Every line in the order in which it was added, general and negotiated."""
        return self.page_of(rate_lines_visible_to(self.person), described)

    @extend_schema(request=RateInput, responses={201: RateOutput})
    def post(self, request: Request) -> Response:
        """Put a rate into force: by operations. Lines are never edited; open months follow."""
        line = add_rate_line(by=self.person, now=self.now, **self.read(RateInput))
        return Response(described([line])[0], status=201)
