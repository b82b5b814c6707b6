"""The history of a session in plain words (UX: history of an object in plain words)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.dateparse import parse_datetime
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from core.formatting import format_instant, zone_city
from customers.domain.names import Names, names_in
from sessions.models import SessionEvent

Kind = SessionEvent.Kind

_LOOKS: dict[str, tuple[str, str]] = {
    Kind.BOOKED: ("calendar-check", "info"),
    Kind.MOVED: ("calendar-clock", "info"),
    Kind.REASSIGNED: ("users", "info"),
    Kind.PLACE: ("map-pin", "info"),
    Kind.ATTENDEES: ("users-round", "info"),
    Kind.CANCELLED: ("calendar-x", "neutral"),
    Kind.NO_SHOW: ("user-x", "warn"),
    Kind.LOGGED: ("timer", "good"),
    Kind.REOPENED: ("undo-2", "neutral"),
    Kind.SUMMARY: ("notebook-pen", "good"),
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


def history_of(
    events: Iterable[SessionEvent], *, zone: str, with_reasons: bool, names: Names | None = None
) -> list[Told]:
    """The events newest first, times in `zone`; `by` must be loaded.

    Reasons are for who sees the contract: they speak of its ledger too. `names`: of those whom the events name, where
    the caller has read them.
    """
    events = list(events)
    known = names_in(event.details for event in events) if names is None else names
    return [
        Told(
            *_LOOKS[event.kind],
            at=event.at,
            by=str(event.by),
            sentence=_sentence(event, zone, known),
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
    Kind.SUMMARY: _("The summary was sent."),
}
_CANCELLED_LATE = _("Cancelled late, less than the notice before the start.")
_ADDED, _REMOVED = _("Invited too: %(added)s."), _("No longer invited: %(removed)s.")
_CORRECTED = _("A corrected summary was sent, version %(version)s.")


def _said_of(event: SessionEvent) -> str:
    """The sentence of an event, its particulars still open."""
    details = event.details
    match event.kind:
        case Kind.CANCELLED if details.get("late"):
            return str(_CANCELLED_LATE)
        case Kind.ATTENDEES:
            changes = [said for said, names in ((_ADDED, "added"), (_REMOVED, "removed")) if details.get(names)]
            return " ".join(str(said) for said in changes)
        case Kind.SUMMARY if details.get("version", 1) > 1:
            return str(_CORRECTED)
    return str(_SENTENCES[event.kind])


def _sentence(event: SessionEvent, zone: str, names: Names) -> str:
    details = event.details
    return _said_of(event) % {
        "when": _when(details.get("starts_at"), zone),
        "staff": names.of(details.get("staff")),
        "missing": details.get("missing", ""),
        "place": details.get("place") or "–",
        "added": names.of_all(details.get("added", [])),
        "removed": names.of_all(details.get("removed", [])),
        "version": details.get("version", 1),
    }


def _when(text: object, zone: str) -> str:
    instant = parse_datetime(text) if isinstance(text, str) else None
    if instant is None:
        return "–"
    language = get_language() or "en"
    return f"{format_instant(instant, zone, language)} ({zone_city(zone, language)})"
