"""`/time_entries/`: logging delivered time, taking it back, waiving what it costs."""

from collections.abc import Sequence
from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.fields import Instant, Text, WholeNumber
from customers.api.fields import Visible
from customers.api.views import PortalAPIView, PortalListView
from customers.domain.roles import Right
from customers.models import TokenScope
from packages.api.filters import OfContract
from packages.domain.contracts import contracts_visible_to
from packages.session_types import SessionType
from sessions.api.ledger import LedgerRow, described_new
from sessions.api.ledger import described as described_rows
from sessions.domain.ledger import Logged, log_time, reverse_entry
from sessions.domain.queries import ledger_visible_to, sessions_visible_to, time_entries_visible_to
from sessions.domain.waivers import refuse_waiver, waive
from sessions.models import LedgerEntry

REFUSED_WHEN_LOGGING = ("in_the_future", "outside_contract", "too_long_for_type", "already_logged")


class TimeEntryInput(serializers.Serializer[Any]):
    """Delivered time, logged by who delivered it."""

    contract = Visible(contracts_visible_to)
    session_type = serializers.ChoiceField(choices=SessionType.values)
    started_at = Instant()
    minutes = WholeNumber()
    note = Text(lines=True, required=False, allow_blank=True, default="", help_text="The customer sees it")
    internal_note = Text(lines=True, required=False, allow_blank=True, default="", help_text="The customer does not")
    session = Visible(sessions_visible_to, required=False, allow_null=True, default=None)


class ReasonInput(serializers.Serializer[Any]):
    """Why."""

    reason = Text(lines=True)


class TimeEntryOutput(LedgerRow):
    """A time entry: its row in the ledger, with its contract and notes."""

    contract = serializers.IntegerField()
    note = serializers.CharField()
    internal_note = serializers.CharField()


class LoggedOutput(TimeEntryOutput):
    """A new time entry, and the ones of the same person that it overlaps: accepted, but worth a look."""

    overlapping = serializers.ListField(child=serializers.IntegerField())


def described(entries: Sequence[LedgerEntry]) -> list[dict[str, Any]]:
    """Time entries of `time_entries_visible_to` as the API shows them."""
    return [_with_notes(entry, row) for entry, row in zip(entries, described_rows(entries), strict=True)]


def described_log(logged: Logged) -> dict[str, Any]:
    """What was just logged."""
    row = described_new(logged.entry, logged.share)
    return {**_with_notes(logged.entry, row), "overlapping": [other.pk for other in logged.overlapping]}


def _with_notes(entry: LedgerEntry, row: dict[str, Any]) -> dict[str, Any]:
    return {**row, "contract": entry.contract_id, "note": entry.note, "internal_note": entry.internal_note}


class TimeEntryList(PortalListView):
    """The time entries of the contracts that the caller sees, and logging new ones: for staff."""

    see = Right.SEE_CONTRACTS
    scope = TokenScope.LOG_TIME
    acts: ClassVar = {"GET": Right.SEE_STAFF_AREA, "POST": Right.LOG_TIME}
    refusals = REFUSED_WHEN_LOGGING

    @extend_schema(parameters=[OfContract], responses=TimeEntryOutput(many=True))
    def get(self, request: Request) -> Response:
        """Time entries in the order in which they were typed."""
        return self.page_of(time_entries_visible_to(self.person).filter(**self.read_query(OfContract)), described)

    @extend_schema(request=TimeEntryInput, responses={201: LoggedOutput})
    def post(self, request: Request) -> Response:
        """Log delivered time as oneself."""
        logged = log_time(staff=self.person, now=self.now, **self.read(TimeEntryInput))
        return Response(described_log(logged), status=201)


class TimeEntryDetail(PortalAPIView):
    """One time entry: for staff."""

    see = Right.SEE_CONTRACTS
    scope = TokenScope.LOG_TIME
    acts: ClassVar = {"GET": Right.SEE_STAFF_AREA}
    of = time_entries_visible_to

    @extend_schema(responses=TimeEntryOutput)
    def get(self, request: Request, pk: int) -> Response:
        """One time entry."""
        return Response(described([self.find(time_entries_visible_to(self.person), pk)])[0])


class _EntryAct(PortalAPIView):
    see = Right.SEE_CONTRACTS
    scope = TokenScope.LOG_TIME
    of = time_entries_visible_to
    spelling: ClassVar = {"entry": ""}

    def read_act(self, pk: int) -> tuple[LedgerEntry, str]:
        """The entry among those that the caller sees, and the reason given."""
        entry = self.find(time_entries_visible_to(self.person), pk)
        return entry, self.read(ReasonInput)["reason"]

    def shown_anew(self, entry: LedgerEntry) -> Response:
        """The entry as it stands after the act."""
        return Response(described([time_entries_visible_to(self.person).get(pk=entry.pk)])[0])


class Reverse(_EntryAct):
    """Taking a time entry back."""

    acts: ClassVar = {"POST": Right.SEE_STAFF_AREA}
    refusals = ("already_reversed",)

    @extend_schema(request=ReasonInput, responses={201: LedgerRow})
    def post(self, request: Request, pk: int) -> Response:
        """Take all of a time entry back: by who logged it, or by operations. Answers with the reversal's row."""
        entry, reason = self.read_act(pk)
        reversal = reverse_entry(entry=entry, by=self.person, reason=reason, now=self.now)
        return Response(described_rows([ledger_visible_to(self.person).get(pk=reversal.pk)])[0], status=201)


class Waive(_EntryAct):
    """Not billing a time entry's overage."""

    acts: ClassVar = {"POST": Right.PROPOSE_WAIVER}
    refusals = ("already_reversed", "already_waived")

    @extend_schema(request=ReasonInput, responses=TimeEntryOutput)
    def post(self, request: Request, pk: int) -> Response:
        """Waive: operations' waiver holds at once (and confirms a proposal), other staff propose one."""
        entry, reason = self.read_act(pk)
        waive(entry=entry, by=self.person, reason=reason, now=self.now)
        return self.shown_anew(entry)


class RefuseWaiver(_EntryAct):
    """Refusing a proposed waiver."""

    acts: ClassVar = {"POST": Right.DECIDE_WAIVER}
    scope = TokenScope.MANAGE
    refusals = ("already_waived",)

    @extend_schema(request=ReasonInput, responses=TimeEntryOutput)
    def post(self, request: Request, pk: int) -> Response:
        """Refuse a proposed waiver, for good: by operations."""
        entry, reason = self.read_act(pk)
        refuse_waiver(entry=entry, by=self.person, reason=reason, now=self.now)
        return self.shown_anew(entry)
