"""`/sessions/`: booking, cancelling, no-shows, logging what was held."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django.db.models import BooleanField, Exists, ExpressionWrapper, OuterRef, Prefetch, QuerySet
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.fields import Email, Flag, Instant, Text, WholeNumber
from customers.api.fields import StaffByEmail
from customers.api.views import PortalAPIView, PortalListView
from customers.domain.roles import Right
from customers.models import TokenScope, User
from packages.api.filters import OfContract
from packages.domain.contracts import contract_scope
from packages.session_types import AttendeeRole, SessionType
from sessions.api.booking import REFUSED_FOR_THE_TIME, QuoteInput, described_quote
from sessions.api.time_entries import REFUSED_WHEN_LOGGING, LoggedOutput, described_log
from sessions.domain.attendees import Guest
from sessions.domain.booking import book_session
from sessions.domain.cancelling import cancel_session, mark_no_show
from sessions.domain.changes import move_session
from sessions.domain.cover import bookable_people
from sessions.domain.expected_time import expected_time
from sessions.domain.ledger import log_time
from sessions.domain.queries import sessions_visible_to
from sessions.domain.quotes import quote
from sessions.domain.refusals import OverageNotAccepted
from sessions.models import Attendee, ConsultingSession, OverageAcceptance


class AttendeeInput(serializers.Serializer[Any]):
    """Somebody who is to come: a member, or a guest by name and e-mail address."""

    name = Text(max_length=150)
    email = Email()


class AttendeeOutput(serializers.Serializer[Any]):
    """Somebody of the customer's side, what they answered, and whether they came (null where nobody said)."""

    name = serializers.CharField()
    email = serializers.EmailField(
        allow_null=True, help_text="Null for others than oneself, to who attends and does not see the contract"
    )
    roles = serializers.ListField(child=serializers.ChoiceField(choices=AttendeeRole.values))
    answer = serializers.ChoiceField(choices=Attendee.Answer.values, allow_null=True)
    answered_at = Instant(allow_null=True)
    came = serializers.BooleanField(allow_null=True)


class BookingInput(QuoteInput):
    """A booking. `quote` is what `/sessions/quote/` gave: if the figures rose since, they are shown anew."""

    attendees = AttendeeInput(many=True, allow_empty=False)
    accept_overage = Flag(default=False)
    quote = Text(max_length=2000, required=False, allow_blank=True, default="")
    message = Text(lines=True, required=False, allow_blank=True, default="")


class SessionOutput(serializers.Serializer[Any]):
    """A session."""

    id = serializers.IntegerField()
    reference = serializers.CharField()
    status = serializers.ChoiceField(choices=ConsultingSession.Status.values)
    contract = serializers.IntegerField()
    session_type = serializers.ChoiceField(choices=SessionType.values)
    starts_at = Instant()
    ends_at = Instant()
    duration_minutes = serializers.IntegerField()
    staff = serializers.EmailField()
    attendees = AttendeeOutput(many=True)
    accept_overage = serializers.BooleanField(help_text="Whether overage was accepted when it was booked")
    place = serializers.CharField()
    message = serializers.CharField()


class CancelInput(serializers.Serializer[Any]):
    """Why, if one wants to say."""

    reason = Text(lines=True, required=False, allow_blank=True, default="")


class MoveInput(serializers.Serializer[Any]):
    """Where the session goes: what is left out stays. `quote` is the one that was seen, as with a booking."""

    default_error_messages: ClassVar[dict[str, Any]] = {
        "not_on_team": gettext_lazy("That person does not deliver for this contract."),
    }

    starts_at = Instant()
    duration_minutes = WholeNumber(min_value=1, required=False, help_text="Without it, as long as before")
    staff = StaffByEmail(required=False, allow_null=True, help_text="Without it, the same person")
    accept_overage = Flag(default=False)
    quote = Text(max_length=2000, required=False, allow_blank=True, default="")
    reason = Text(lines=True, required=False, allow_blank=True, default="")


class NoShowInput(serializers.Serializer[Any]):
    """Who was missing, and why it did not take place."""

    reason = Text(lines=True, required=False, allow_blank=True, default="")
    missing = Text(max_length=500)


class LogInput(serializers.Serializer[Any]):
    """The time of a session, under its own type. One that did not take place needs a reason."""

    started_at = Instant()
    minutes = WholeNumber()
    note = Text(lines=True, required=False, allow_blank=True, default="", help_text="The customer sees it")
    internal_note = Text(lines=True, required=False, allow_blank=True, default="", help_text="The customer does not")
    reason = Text(lines=True, required=False, allow_blank=True, default="")


def described(sessions: Sequence[ConsultingSession], reader: User) -> list[dict[str, Any]]:
    """Sessions of `_SessionView.sessions` as the API shows them to `reader`."""
    return list(
        SessionOutput(
            [
                {
                    "id": session.pk,
                    "reference": session.reference,
                    "status": session.status,
                    "contract": session.contract_id,
                    "session_type": session.session_type,
                    "starts_at": session.starts_at,
                    "ends_at": session.ends_at,
                    "duration_minutes": session.duration_minutes,
                    "staff": session.staff.email,
                    "attendees": [_attendee(each, session, reader) for each in session.attendees.all()],
                    "accept_overage": session.overage_accepted,  # type: ignore[attr-defined]  # annotated below
                    "place": session.place,
                    "message": session.message,
                }
                for session in sessions
            ],
            many=True,
        ).data
    )


def _attendee(attendee: Attendee, session: ConsultingSession, reader: User) -> dict[str, Any]:
    """An attendee as the API shows them: addresses of others are for who sees the contract."""
    may_know = session.sees_contract or attendee.user_id == reader.pk  # type: ignore[attr-defined]  # annotated below
    return {
        "name": attendee.name,
        "email": attendee.email if may_know else None,
        "roles": attendee.roles,
        "answer": attendee.answer or None,
        "answered_at": attendee.answered_at,
        "came": attendee.came,
    }


class _SessionView(PortalAPIView):
    see = Right.SEE_SESSIONS
    scope = TokenScope.BOOK

    def sessions(self) -> QuerySet[ConsultingSession]:
        """The sessions that the caller sees, with what is shown of them."""
        accepted = OverageAcceptance.objects.filter(session=OuterRef("pk"))
        return (
            sessions_visible_to(self.person)
            .annotate(
                overage_accepted=Exists(accepted),
                sees_contract=ExpressionWrapper(contract_scope(self.person, "contract"), output_field=BooleanField()),
            )
            .prefetch_related(Prefetch("attendees", Attendee.objects.order_by("pk")))
        )

    def described(self, sessions: Sequence[ConsultingSession]) -> list[dict[str, Any]]:
        """Sessions as the caller reads them."""
        return described(sessions, self.person)

    def shown(self, session: ConsultingSession, *, status: int = 200) -> Response:
        """The session as it stands now."""
        return Response(self.described([self.sessions().get(pk=session.pk)])[0], status=status)


class SessionList(_SessionView, PortalListView):
    """The sessions that the caller sees, and booking new ones."""

    acts: ClassVar = {"POST": Right.BOOK}
    refusals = (*REFUSED_FOR_THE_TIME, "terms_not_accepted", "unpriced", "overage_not_accepted")
    ordering = ("starts_at", "pk")

    @extend_schema(parameters=[OfContract], responses=SessionOutput(many=True))
    def get(self, request: Request) -> Response:
        """The sessions that the caller sees, by start."""
        return self.page_of(self.sessions().filter(**self.read_query(OfContract)), self.described)

    @extend_schema(request=BookingInput, responses={201: SessionOutput})
    def post(self, request: Request) -> Response:
        """Book a session: by customer admins, and for them by the delivery team and operations."""
        data = self.read(BookingInput)
        asked = {name: data[name] for name in ("contract", "session_type", "starts_at", "duration_minutes")}
        try:
            session = book_session(
                **asked,
                staff=data["staff"],
                attendees=[Guest(each["name"], each["email"]) for each in data["attendees"]],
                accept_overage=data["accept_overage"],
                sealed_quote=data["quote"],
                message=data["message"],
                by=self.person,
                now=self.now,
            )
        except OverageNotAccepted as refusal:
            refusal.facts["quote"] = described_quote(quote(**asked))
            raise
        return self.shown(session, status=201)


class SessionDetail(_SessionView):
    """One session."""

    @extend_schema(responses=SessionOutput)
    def get(self, request: Request, pk: int) -> Response:
        """One session."""
        return Response(self.described([self.find(self.sessions(), pk)])[0])


class Reschedule(_SessionView):
    """Moving a session to another time or person."""

    acts: ClassVar = {"POST": Right.BOOK}
    of = sessions_visible_to
    refusals = (*REFUSED_FOR_THE_TIME, "too_late", "terms_not_accepted", "unpriced", "overage_not_accepted")

    @extend_schema(request=MoveInput, responses=SessionOutput)
    def post(self, request: Request, pk: int) -> Response:
        """Move a booked session: by customer admins until the cut-off, by the delivery team as the diary allows."""
        session = self.find(sessions_visible_to(self.person), pk)
        data = self.read(MoveInput)
        place = {
            "starts_at": data["starts_at"],
            "duration_minutes": data.get("duration_minutes", session.duration_minutes),
        }
        try:
            moved = move_session(
                session=session,
                **place,
                staff=self._staff(data, session),
                accept_overage=data["accept_overage"],
                sealed_quote=data["quote"],
                reason=data["reason"],
                by=self.person,
                now=self.now,
            )
        except OverageNotAccepted as refusal:
            offer = quote(contract=session.contract, session_type=session.session_type, **place, without=session)
            refusal.facts["quote"] = described_quote(offer)
            raise
        return self.shown(moved)

    def _staff(self, data: dict[str, Any], session: ConsultingSession) -> User:
        """Who is named, if they deliver for the contract: others are as if unknown."""
        chosen: User = data.get("staff") or session.staff
        if chosen != session.staff and chosen not in bookable_people(session.contract, now=self.now):
            raise serializers.ValidationError(
                {"staff": [MoveInput.default_error_messages["not_on_team"]]}, code="does_not_exist"
            )
        return chosen


class Cancel(_SessionView):
    """Cancelling a session."""

    acts: ClassVar = {"POST": Right.BOOK}
    of = sessions_visible_to
    refusals = ("too_late",)

    @extend_schema(request=CancelInput, responses=SessionOutput)
    def post(self, request: Request, pk: int) -> Response:
        """Cancel a booked session; a customer's cancellation after the cut-off is marked late."""
        session = self.find(sessions_visible_to(self.person), pk)
        data = self.read(CancelInput)
        return self.shown(cancel_session(session=session, by=self.person, reason=data["reason"], now=self.now))


class NoShow(_SessionView):
    """Keeping that a session did not take place."""

    acts: ClassVar = {"POST": Right.SEE_STAFF_AREA}
    scope = TokenScope.LOG_TIME
    of = sessions_visible_to
    spelling: ClassVar = {"session": ""}

    @extend_schema(request=NoShowInput, responses=SessionOutput)
    def post(self, request: Request, pk: int) -> Response:
        """Keep that a session did not take place and who was missing: by staff, from the start on."""
        session = self.find(sessions_visible_to(self.person), pk)
        data = self.read(NoShowInput)
        return self.shown(
            mark_no_show(session=session, by=self.person, reason=data["reason"], missing=data["missing"], now=self.now)
        )


class Log(_SessionView):
    """Logging the time of a session."""

    acts: ClassVar = {"POST": Right.LOG_TIME}
    scope = TokenScope.LOG_TIME
    of = sessions_visible_to
    refusals = REFUSED_WHEN_LOGGING
    spelling: ClassVar = {"session": ""}

    @extend_schema(request=LogInput, responses={201: LoggedOutput})
    def post(self, request: Request, pk: int) -> Response:
        """Log the time of a session, under its own type; what ran over goes to `/time_entries/`."""
        session = self.find(sessions_visible_to(self.person), pk)
        logged = log_time(
            contract=session.contract,
            session_type=session.session_type,
            session=session,
            basis=expected_time(session).basis,
            staff=self.person,
            now=self.now,
            **self.read(LogInput),
        )
        return Response(described_log(logged), status=201)
