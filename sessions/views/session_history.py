"""The history of a session in plain words (UX: history of an object in plain words)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.dateparse import parse_datetime
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from core.formatting import format_instant, zone_city
from sessions.models import SessionEvent

Kind = SessionEvent.Kind

_LOOKS: dict[str, tuple[str, str]] = {
    Kind.BOOKED: ("calendar-check", "info"),
    Kind.MOVED: ("calendar-clock", "info"),
    Kind.REASSIGNED: ("users", "info"),
    Kind.PLACE: ("map-pin", "info"),
    Kind.CANCELLED: ("calendar-x", "neutral"),
    Kind.NO_SHOW: ("user-x", "warn"),
    Kind.LOGGED: ("timer", "good"),
    Kind.REOPENED: ("undo-2", "neutral"),
}


@dataclass(frozen=True, slots=True)
class Told:
    """One event as the page tells it."""

    icon: str
    tone: str
    at: datetime
    by: str
    sentence: str
    reason: str


def history_of(events: Iterable[SessionEvent], *, zone: str, with_reasons: bool) -> list[Told]:
    """The events newest first, times in `zone`; `by` must be loaded.

    Reasons are for who sees the contract: they speak of its ledger too.
    """
    return [
        Told(
            *_LOOKS[event.kind],
            at=event.at,
            by=str(event.by),
            sentence=_sentence(event, zone),
            reason=event.reason if with_reasons else "",
        )
        for event in sorted(events, key=lambda each: (each.at, each.pk), reverse=True)
    ]


_SENTENCES: dict[str, Promise] = {
    Kind.BOOKED: _("Booked for %(when)s with %(staff)s."),
    Kind.MOVED: _("Moved to %(when)s."),
    Kind.REASSIGNED: _("Handed to %(staff)s."),
    Kind.PLACE: _("Another place: %(place)s."),
    Kind.CANCELLED: _("Cancelled."),
    Kind.NO_SHOW: _("Did not take place: %(missing)s was missing."),
    Kind.LOGGED: _("Time was logged: the session counts as held."),
    Kind.REOPENED: _("The logged time was reversed: the session counts as booked again."),
}
_CANCELLED_LATE = _("Cancelled late, less than the notice before the start.")


def _sentence(event: SessionEvent, zone: str) -> str:
    details = event.details
    late = event.kind == Kind.CANCELLED and details.get("late")
    sentence = _CANCELLED_LATE if late else _SENTENCES[event.kind]
    return str(sentence) % {
        "when": _when(details.get("starts_at"), zone),
        "staff": details.get("staff", ""),
        "missing": details.get("missing", ""),
        "place": details.get("place") or "–",
    }


def _when(text: object, zone: str) -> str:
    instant = parse_datetime(text) if isinstance(text, str) else None
    if instant is None:
        return "–"
    language = get_language() or "en"
    return f"{format_instant(instant, zone, language)} ({zone_city(zone, language)})"
