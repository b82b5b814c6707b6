"""The history of a request for a time in plain words."""

from collections.abc import Iterable

from django.utils.dateparse import parse_datetime
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from core.formatting import format_instant, zone_city
from customers.domain.names import Names, names_in
from sessions.models import TimeRequest, TimeRequestEvent
from sessions.views.session_history import Told

Status = TimeRequest.Status

_LOOKS: dict[str, tuple[str, str]] = {
    Status.ASKED: ("message-circle-plus", "info"),
    Status.PROPOSED: ("calendar-clock", "info"),
    Status.BOOKED: ("calendar-check", "good"),
    Status.DECLINED: ("circle-x", "warn"),
    Status.WITHDRAWN: ("undo-2", "neutral"),
    Status.EXPIRED: ("hourglass", "warn"),
}
_SENTENCES: dict[str, Promise] = {
    Status.ASKED: _("A time was asked for."),
    Status.PROPOSED: _("%(when)s with %(staff)s was proposed."),
    Status.BOOKED: _("The proposed time was confirmed."),
    Status.DECLINED: _("Declined."),
    Status.WITHDRAWN: _("The request was withdrawn."),
    Status.EXPIRED: _("The proposed time was not confirmed in time and is free again."),
}


def history_of_request(events: Iterable[TimeRequestEvent], *, zone: str, names: Names | None = None) -> list[Told]:
    """The events newest first, times in `zone`; `by` must be loaded. `names` as in `history_of`."""
    events = list(events)
    known = names_in(event.details for event in events) if names is None else names
    return [
        Told(
            *_LOOKS[event.kind],
            at=event.at,
            by=str(event.by or ""),
            sentence=_sentence(event, zone, known),
            reason=event.reason,
        )
        for event in sorted(events, key=lambda each: (each.at, each.pk), reverse=True)
    ]


def _sentence(event: TimeRequestEvent, zone: str, names: Names) -> str:
    language = get_language() or "en"
    start = parse_datetime(event.details.get("starts_at", ""))
    when = f"{format_instant(start, zone, language)} ({zone_city(zone, language)})" if start is not None else ""
    return str(_SENTENCES[event.kind]) % {"when": when, "staff": names.of(event.details.get("staff"))}
