"""`/contracts/`: what was sold, with its numbers."""

from typing import Any, ClassVar

from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.fields import CalendarDate, Text, WholeNumber
from core.refusals import InvalidInput
from customers.api.fields import StaffByEmail, Visible
from customers.api.views import PortalAPIView, PortalListView
from customers.domain.queries import customers_visible_to
from customers.domain.roles import Right
from customers.models import TokenScope
from packages.api.filters import OfCustomer
from packages.domain.catalogue import newest_version
from packages.domain.contracts import contracts_visible_to
from packages.domain.promised_reviews import reviews_promised
from packages.models import Contract, DeliveryTeamMember
from sessions.api.ledger import LedgerRow
from sessions.api.ledger import described as described_rows
from sessions.domain.ledger import MOST_MINUTES_ADJUSTED, adjust
from sessions.domain.numbers import numbers_of_many
from sessions.domain.queries import ledger_visible_to
from sessions.domain.signing import sign_contract

MOST_REVIEWS = 1000


class ContractInput(serializers.Serializer[Any]):
    """A contract to be signed: the package's newest version, both dates inclusive, in the customer's zone."""

    customer = Visible(customers_visible_to)
    package = Text(max_length=40, help_text="Code")
    start_date = CalendarDate()
    end_date = CalendarDate()
    lead = StaffByEmail(help_text="The dedicated account manager or customer success manager")
    confirmed_reviews = WholeNumber(
        required=False,
        allow_null=True,
        min_value=0,
        max_value=MOST_REVIEWS,
        help_text="How many project health checks the term is expected to hold: any other number is refused",
    )


class ContractOutput(serializers.Serializer[Any]):
    """A contract with its numbers, in whole minutes."""

    id = serializers.IntegerField()
    reference = serializers.CharField()
    customer = serializers.IntegerField()
    package = serializers.CharField()
    package_version = serializers.IntegerField()
    start_date = serializers.DateField()
    end_date = serializers.DateField()
    lead = serializers.EmailField(allow_null=True)
    time_zone = serializers.CharField()
    currency = serializers.CharField()
    terms_version = serializers.CharField()
    window_ends_on = serializers.DateField()
    promised_reviews = serializers.IntegerField(
        help_text="Project health checks that the term holds: a short one fewer than the package's count"
    )
    granted_minutes = serializers.IntegerField()
    adjusted_minutes = serializers.IntegerField()
    included_minutes_used = serializers.IntegerField()
    included_minutes_left = serializers.IntegerField(help_text="Bookings are not subtracted")
    booked_minutes = serializers.IntegerField()
    booked_included_minutes = serializers.IntegerField()
    free_minutes = serializers.IntegerField()
    overage_minutes = serializers.IntegerField()


class AdjustmentInput(serializers.Serializer[Any]):
    """Minutes to add, and why."""

    minutes = WholeNumber(min_value=1, max_value=MOST_MINUTES_ADJUSTED)
    reason = Text(lines=True)


class _ContractView(PortalAPIView):
    see = Right.SEE_CONTRACTS
    scope = TokenScope.MANAGE

    def contracts(self) -> QuerySet[Contract]:
        """The contracts that the caller sees, with what is shown of them."""
        dedicated = DeliveryTeamMember.objects.filter(dedicated=True).select_related("staff")
        return (
            contracts_visible_to(self.person)
            .select_related("terms")
            .prefetch_related(Prefetch("team_members", dedicated, to_attr="dedicated_members"))
        )

    def described(self, contracts: list[Contract]) -> list[dict[str, Any]]:
        """The contracts as the API shows them, with a fixed number of queries."""
        numbers = numbers_of_many(contracts, now=self.now)
        return [
            {
                "id": contract.pk,
                "reference": contract.reference,
                "customer": contract.customer_id,
                "package": contract.package_version.package.code,
                "package_version": contract.package_version.version,
                "start_date": contract.starts_on.isoformat(),
                "end_date": contract.ends_on.isoformat(),
                "lead": next((member.staff.email for member in _dedicated_members(contract)), None),
                "time_zone": contract.time_zone,
                "currency": contract.currency,
                "terms_version": contract.terms.version,
                "window_ends_on": numbers[contract.pk].window.last.isoformat(),
                "promised_reviews": reviews_promised(
                    contract.package_version, starts_on=contract.starts_on, ends_on=contract.ends_on
                ),
                "granted_minutes": numbers[contract.pk].granted,
                "adjusted_minutes": numbers[contract.pk].adjusted,
                "included_minutes_used": numbers[contract.pk].used,
                "included_minutes_left": numbers[contract.pk].left,
                "booked_minutes": numbers[contract.pk].booked,
                "booked_included_minutes": numbers[contract.pk].booked_included,
                "free_minutes": numbers[contract.pk].free,
                "overage_minutes": numbers[contract.pk].overage,
            }
            for contract in contracts
        ]


class ContractList(_ContractView, PortalListView):
    """The contracts that the caller sees; operations sign them."""

    acts: ClassVar = {"POST": Right.SIGN_CONTRACTS}
    spelling: ClassVar = {"starts_on": "start_date", "ends_on": "end_date", "dedicated": "lead"}

    @extend_schema(parameters=[OfCustomer], responses=ContractOutput(many=True))
    def get(self, request: Request) -> Response:
        """The contracts that the caller sees, with their numbers now."""
        return self.page_of(self.contracts().filter(**self.read_query(OfCustomer)), self.described)

    @extend_schema(request=ContractInput, responses={201: ContractOutput})
    def post(self, request: Request) -> Response:
        """Sign a contract and grant its minutes: by operations."""
        data = self.read(ContractInput)
        contract = sign_contract(
            customer=data["customer"],
            package_version=newest_version(data["package"]),
            starts_on=data["start_date"],
            ends_on=data["end_date"],
            dedicated=data["lead"],
            by=self.person,
            now=self.now,
        )
        shown = self.described([self.contracts().get(pk=contract.pk)])[0]
        _check_reviews(shown["promised_reviews"], expected=data.get("confirmed_reviews"))
        return Response(shown, status=201)


class ContractDetail(_ContractView):
    """One contract."""

    @extend_schema(responses=ContractOutput)
    def get(self, request: Request, pk: int) -> Response:
        """One contract, with its numbers now."""
        return Response(self.described([self.find(self.contracts(), pk)])[0])


class Adjustments(PortalAPIView):
    """Adding minutes to a contract."""

    see = Right.SEE_CONTRACTS
    scope = TokenScope.MANAGE
    acts: ClassVar = {"POST": Right.ADJUST}
    of = contracts_visible_to

    @extend_schema(request=AdjustmentInput, responses={201: LedgerRow})
    def post(self, request: Request, pk: int) -> Response:
        """Add minutes, never days: by operations. They cover the earliest overage first, closed months included."""
        contract = self.find(contracts_visible_to(self.person), pk)
        data = self.read(AdjustmentInput)
        row = adjust(contract=contract, minutes=data["minutes"], reason=data["reason"], by=self.person, now=self.now)
        return Response(described_rows([ledger_visible_to(self.person).get(pk=row.pk)])[0], status=201)


def _check_reviews(promised: int, *, expected: int | None) -> None:
    if expected not in (None, promised):
        said = _("The term holds %(promised)s project health checks, not %(expected)s.")
        raise InvalidInput(said % {"promised": promised, "expected": expected}, field="confirmed_reviews")


def _dedicated_members(contract: Contract) -> list[DeliveryTeamMember]:
    members: list[DeliveryTeamMember] = contract.dedicated_members  # type: ignore[attr-defined]  # prefetched above
    return members
