"""`/slots/` and `/sessions/quote/`: when a session could be, and what it would draw and cost."""

from datetime import timedelta
from typing import Any, ClassVar

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.fields import CalendarDate, Flag, Instant, Money, Text, WholeNumber, money_text
from core.refusals import NotAllowed
from customers.api.fields import StaffByEmail, Visible
from customers.api.views import PortalAPIView, PortalListView
from customers.domain.roles import Right
from customers.models import TokenScope, User
from packages.domain.contracts import contracts_visible_to, dedicated_of, may_book_for
from packages.models import Contract
from packages.session_types import LENGTHS_IN_MINUTES, RULES, SessionType
from sessions.domain.availability import days
from sessions.domain.booking import quote_booking
from sessions.domain.cover import bookable_people
from sessions.domain.quotes import Quote

MOST_DAYS = 62
REFUSED_FOR_THE_TIME = ("slot_taken", "outside_availability", "too_soon", "outside_contract", "too_long_for_type")


NOT_ON_TEAM = gettext_lazy("Nobody who delivers for this contract has this address.")
"""Said of everybody else alike: who asks for a colleague of the team does not learn who else works here."""


class WithStaff(serializers.Serializer[Any]):
    """Adds who delivers: of the contract's team, or covering for one of it; without a choice the dedicated one. Others
    are as if unknown.
    """

    default_error_messages: ClassVar[dict[str, Any]] = {
        "nobody": gettext_lazy("This contract has no dedicated person: choose one."),
    }

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Put the person into `staff`."""
        contract: Contract = attrs["contract"]
        chosen: User | None = attrs.get("staff")
        if chosen is None:
            attrs["staff"] = dedicated_of(contract)
        elif chosen not in bookable_people(contract, now=timezone.now()):
            raise serializers.ValidationError({"staff": [NOT_ON_TEAM]}, code="does_not_exist")
        if attrs["staff"] is None:
            raise serializers.ValidationError({"staff": [self.error_messages["nobody"]]}, code="required")
        return attrs


class SlotQuery(WithStaff):
    """`from` and `to` are dates in the contract's zone, both inclusive, at most 62 days."""

    contract = Visible(contracts_visible_to, in_address=True)
    session_type = serializers.ChoiceField(choices=SessionType.values)
    duration_minutes = serializers.ChoiceField(
        choices=LENGTHS_IN_MINUTES, required=False, help_text="Without it, the type's longest"
    )
    staff = StaffByEmail(
        required=False, help_text="Without it, the dedicated one", error_messages={"does_not_exist": NOT_ON_TEAM}
    )

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """The dates, one of which is named by a word of the language."""
        return {**super().get_fields(), "from": CalendarDate(), "to": CalendarDate()}

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Check the dates against each other and the length against the type."""
        length = timedelta(days=MOST_DAYS)
        if not attrs["from"] <= attrs["to"] < attrs["from"] + length:
            raise serializers.ValidationError({"to": [_("Ask for at most 62 days, the last not before the first.")]})
        longest = RULES[attrs["session_type"]].longest_minutes
        if attrs.setdefault("duration_minutes", longest) > longest:
            raise serializers.ValidationError({"duration_minutes": [_("This type of session is not as long as that.")]})
        return super().validate(attrs)


class SlotOutput(serializers.Serializer[Any]):
    """A time that can be had."""

    starts_at = Instant()
    ends_at = Instant()
    staff = serializers.EmailField()


class SlotList(PortalListView):
    """Free times."""

    see = Right.SEE_CONTRACTS
    scope = TokenScope.BOOK
    acts: ClassVar = {"GET": Right.BOOK}
    ordering = ("starts_at",)
    page_size = 500

    @extend_schema(parameters=[SlotQuery], responses=SlotOutput(many=True))
    def get(self, request: Request) -> Response:
        """The free times of one person, for whoever may book on the contract."""
        asked = self.read_query(SlotQuery)
        contract: Contract = asked["contract"]
        if not may_book_for(self.person, contract):
            raise NotAllowed(_("Sessions are booked by a customer admin or by the delivery team."))
        found = days(
            staff=asked["staff"],
            first=asked["from"],
            last=asked["to"],
            zone=contract.time_zone,
            duration_minutes=asked["duration_minutes"],
            now=self.now,
            contract=contract,
        )
        slots = [
            {"starts_at": slot.starts_at, "ends_at": slot.ends_at, "staff": slot.staff.email}
            for day in found
            for slot in day.slots
        ]
        return self.page_of(slots, lambda page: SlotOutput(page, many=True).data)


class QuoteInput(WithStaff):
    """What would be booked. The members that only a booking needs may come along."""

    contract = Visible(contracts_visible_to)
    session_type = serializers.ChoiceField(choices=SessionType.values)
    starts_at = Instant()
    duration_minutes = WholeNumber(min_value=1)
    staff = StaffByEmail(
        required=False,
        allow_null=True,
        help_text="Without it, the dedicated one",
        error_messages={"does_not_exist": NOT_ON_TEAM},
    )


class DisplacedOutput(serializers.Serializer[Any]):
    """Another booking that would be pushed into overage."""

    session = serializers.IntegerField()
    overage_minutes = serializers.IntegerField()
    amount = Money(allow_null=True)


class QuoteOutput(serializers.Serializer[Any]):
    """What the booking would draw and cost; amounts are null where no rate is in force."""

    included_minutes = serializers.IntegerField()
    overage_minutes = serializers.IntegerField()
    hourly_rate = Money(allow_null=True)
    amount = Money(allow_null=True)
    currency = serializers.CharField()
    displaced = DisplacedOutput(many=True)
    free_minutes_after = serializers.IntegerField()
    unpriced = Flag()
    quote = Text(max_length=None, help_text="Send it with the booking: figures that rose since are shown anew")


def described_quote(quote: Quote) -> dict[str, Any]:
    """The quote as the API shows it."""
    return {
        "included_minutes": quote.included_minutes,
        "overage_minutes": quote.overage_minutes,
        "hourly_rate": money_text(quote.hourly_rate, quote.currency),
        "amount": money_text(quote.amount, quote.currency),
        "currency": quote.currency,
        "displaced": [
            {
                "session": each.session.pk,
                "overage_minutes": each.overage_minutes,
                "amount": money_text(each.amount, quote.currency),
            }
            for each in quote.displaced
        ],
        "free_minutes_after": quote.free_after,
        "unpriced": quote.unpriced,
        "quote": quote.seal(),
    }


class QuoteView(PortalAPIView):
    """What a booking would draw and cost."""

    see = Right.SEE_CONTRACTS
    scope = TokenScope.BOOK
    acts: ClassVar = {"POST": Right.BOOK}
    refusals = REFUSED_FOR_THE_TIME

    @extend_schema(request=QuoteInput, responses=QuoteOutput)
    def post(self, request: Request) -> Response:
        """Quote a booking: changes nothing, and is refused for the time alone."""
        return Response(described_quote(quote_booking(by=self.person, now=self.now, **self.read(QuoteInput))))
