"""Everything that the portal holds about a person, for themselves (docs/adr/0021)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F, Q, QuerySet

from billing.models import LineQuestion, QuestionMessage
from customers.models import User
from notifications.models import Message
from packages.models import TermsAcceptance
from reviews.models import ActionItem, Review, ReviewAttendee
from sessions.models import Attendee, ConsultingSession, LedgerEntry, OverageAcceptance, TimeRequest
from support.models import RequestMessage, SupportRequest

ROWS_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Part:
    """One kind of thing that is known of a person: its rows, and what of each is told, by the names of the file."""

    name: str
    rows: "QuerySet[Any]"
    told: Mapping[str, str]

    def read(self) -> Iterator[dict[str, Any]]:
        """Row by row, through a cursor: memory holds a few at a time."""
        columns = self.rows.order_by("pk").values(**{name: F(path) for name, path in _prefixed(self.told).items()})
        for row in columns.iterator(chunk_size=ROWS_AT_ONCE):
            yield {name.removeprefix(_MARK): value for name, value in row.items()}


_MARK = "told_"


def _prefixed(told: Mapping[str, str]) -> dict[str, str]:
    """Names of the file may be those of columns, which an annotation may not have."""
    return {f"{_MARK}{name}": path for name, path in told.items()}


def profile_of(person: User) -> dict[str, Any]:
    """What the portal knows the person by."""
    profile = getattr(person, "staff_profile", None)
    return {
        "name": person.name,
        "email": person.email,
        "language": person.language,
        "time_zone": person.time_zone,
        "joined_at": person.joined_at,
        "last_sign_in_at": person.last_login,
        "phone": profile.phone if profile is not None else "",
        "video_link": profile.video_link if profile is not None else "",
        "roles": list(profile.roles) if profile is not None else [],
        "mail_switched_off": list(person.muted_kinds.order_by("kind").values_list("kind", flat=True)),
    }


def parts_of(person: User) -> Iterator[Part]:
    """Everything beside the profile. Nothing of it is about somebody else, or internal to the provider's people."""
    yield Part(
        "memberships",
        person.memberships.all(),
        {"customer": "customer__name", "rights": "kind", "since": "since", "until": "until"},
    )
    yield Part(
        "contact_for",
        person.contact_for.all(),
        {"customer": "customer__name", "as": "kind", "since": "since", "until": "until"},
    )
    yield Part(
        "sessions_attended",
        Attendee.objects.filter(_is(person)),
        {
            "session": "session",
            "customer": "session__contract__customer__name",
            "type": "session__session_type",
            "starts_at": "session__starts_at",
            "state": "session__status",
            "invited_as": "name",
            "part": "roles",
            "answer": "answer",
            "answered_at": "answered_at",
            "came": "came",
        },
    )
    yield Part(
        "sessions_booked",
        ConsultingSession.objects.filter(booked_by=person),
        {"session": "pk", "booked_at": "booked_at", "message": "message"},
    )
    yield from _delivered(person)
    yield Part(
        "reviews_attended",
        ReviewAttendee.objects.filter(_is(person)),
        {"review": "review", "customer": "review__contract__customer__name", "starts_at": "review__starts_at"},
    )
    yield Part(
        "action_items",
        ActionItem.objects.filter(owner=person),
        {"review": "review", "text": "text", "due_on": "due_on", "done_at": "done_at"},
    )
    yield from _written(person)
    yield from _accepted(person)
    yield Part(
        "api_tokens",
        person.api_tokens.all(),
        {
            "name": "name",
            "scopes": "scopes",
            "made_at": "created_at",
            "last_used_at": "last_used_at",
            "ends_at": "ends_at",
            "revoked_at": "revoked_at",
        },
    )
    yield Part(
        "calendar_addresses",
        person.calendar_feeds.all(),
        {"made_at": "created_at", "last_read_at": "last_read_at", "revoked_at": "revoked_at"},
    )
    yield Part(
        "mail",
        Message.objects.filter(recipient=person),
        {"kind": "kind", "to": "recipient_email", "due_at": "due_at", "state": "state", "since": "state_since"},
    )


def _is(person: User) -> Q:
    """Invited as themselves, or as a guest before they had an account."""
    return Q(user=person) | Q(user__isnull=True, email__iexact=person.email)


def _delivered(person: User) -> Iterator[Part]:
    """What the provider's people did; customers' people have none of it."""
    if not hasattr(person, "staff_profile"):
        return
    yield Part(
        "sessions_delivered",
        ConsultingSession.objects.filter(staff=person),
        {"session": "pk", "type": "session_type", "starts_at": "starts_at", "state": "status"},
    )
    yield Part(
        "time_logged",
        LedgerEntry.objects.filter(staff=person, kind=LedgerEntry.Kind.CONSUMPTION),
        {
            "entry": "pk",
            "starts_at": "started_at",
            "minutes": "minutes",
            "note": "note",
            "own_note": "internal_note",
        },
    )
    yield Part(
        "reviews_run",
        Review.objects.filter(staff__person=person),
        {"review": "pk", "customer": "contract__customer__name", "starts_at": "starts_at"},
    )
    yield Part(
        "working_hours",
        person.working_hours.all(),
        {"weekday": "weekday", "from": "starts_at", "until": "ends_at"},
    )
    yield Part("time_off", person.time_off.all(), {"from": "starts_at", "until": "ends_at", "reason": "reason"})


def _written(person: User) -> Iterator[Part]:
    yield Part(
        "requests_opened",
        SupportRequest.objects.filter(opened_by=person),
        {"request": "pk", "kind": "kind", "subject": "subject", "opened_at": "opened_at", "state": "status"},
    )
    yield Part(
        "requests_written",
        RequestMessage.objects.filter(author=person),
        {"request": "request", "written_at": "written_at", "words": "body"},
    )
    yield Part(
        "times_asked_for",
        TimeRequest.objects.filter(asked_by=person),
        {"request": "pk", "type": "session_type", "asked_at": "asked_at", "words": "words", "state": "status"},
    )
    yield Part(
        "lines_questioned",
        LineQuestion.objects.filter(asked_by=person),
        {"entry": "entry", "asked_at": "asked_at", "words": "words", "state": "status"},
    )
    yield Part(
        "words_about_questions",
        QuestionMessage.objects.filter(written_by=person),
        {"question": "question", "written_at": "written_at", "words": "words"},
    )


def _accepted(person: User) -> Iterator[Part]:
    yield Part(
        "terms_accepted",
        TermsAcceptance.objects.filter(accepted_by=person),
        {
            "contract": "contract",
            "version": "text__terms__version",
            "language": "text__language",
            "sha256": "sha256",
            "accepted_at": "accepted_at",
            "from_address": "from_address",
        },
    )
    yield Part(
        "overage_accepted",
        OverageAcceptance.objects.filter(accepted_by=person),
        {
            "session": "session",
            "accepted_at": "accepted_at",
            "minutes": "overage_minutes",
            "displaced_minutes": "displaced_minutes",
            "amount": "amount",
            "currency": "currency",
        },
    )


def own_data(person: User, *, now: datetime) -> Iterator[tuple[str, dict[str, Any] | Iterator[dict[str, Any]]]]:
    """The whole of it: each part by its name, its rows read while they are written."""
    yield "made_at", {"at": now}
    yield "profile", profile_of(person)
    for part in parts_of(person):
        yield part.name, part.read()
