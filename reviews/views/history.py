"""What happened to a review, in words."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.dateparse import parse_datetime
from django.utils.translation import get_language, gettext_lazy

from core.formatting import format_instant
from customers.domain.names import Names, names_in
from reviews.models import Review, ReviewEvent, Side

Kind = ReviewEvent.Kind
_LOOKS = {
    Kind.PLANNED: ("calendar-check", "info"),
    Kind.MOVED: ("calendar-clock", "info"),
    Kind.CANCELLED: ("calendar-x", "neutral"),
    Kind.HELD: ("circle-check", "good"),
    Kind.NOT_HELD: ("user-x", "warn"),
    Kind.CORRECTED: ("pencil", "neutral"),
    Kind.SIDE: ("user-x", "warn"),
}

_SAID = {
    Kind.PLANNED: gettext_lazy("Planned for %(time)s with %(staff)s."),
    Kind.MOVED: gettext_lazy("Moved from %(before)s to %(time)s, with %(staff)s."),
    Kind.CANCELLED: gettext_lazy("Cancelled: it was planned for %(time)s."),
    Kind.HELD: gettext_lazy("Held. The project is: %(status)s."),
    Kind.NOT_HELD: gettext_lazy("Did not take place on %(time)s; missed by %(side)s."),
    Kind.CORRECTED: gettext_lazy("The record was corrected. The project is: %(status)s."),
    Kind.SIDE: gettext_lazy("Missed by %(side)s."),
}


@dataclass(frozen=True, slots=True)
class Line:
    """An event as a sentence."""

    icon: str
    tone: str
    at: datetime
    by: str
    sentence: str
    reason: str


def history_of(events: Iterable[ReviewEvent], *, zone: str, names: Names | None = None) -> list[Line]:
    """The events in the reader's language and zone; who did them must be loaded.

    `names`: of those whom the events name, where the caller has read them.
    """
    events = list(events)
    known = names_in(event.details for event in events) if names is None else names
    return [
        Line(*_LOOKS[Kind(event.kind)], event.at, str(event.by), _sentence(event, zone, known), event.reason)
        for event in events
    ]


def _sentence(event: ReviewEvent, zone: str, names: Names) -> str:
    details = event.details
    facts = {
        "time": _time(details.get("starts_at", ""), zone),
        "before": _time(details.get("from", {}).get("starts_at", ""), zone) if event.kind == Kind.MOVED else "",
        "staff": names.of_all(details.get("staff", [])),
        "side": Side(details["side"]).label if "side" in details else "",
        "status": Review.ProjectStatus(details["project_status"]).label if "project_status" in details else "",
    }
    return str(_SAID[Kind(event.kind)]) % facts


def _time(text: str, zone: str) -> str:
    instant = parse_datetime(text)
    return format_instant(instant, zone, get_language() or "en") if instant is not None else ""
