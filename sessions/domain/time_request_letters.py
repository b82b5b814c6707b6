"""What the mails about a request for a time say, and when they are no longer wanted (DOMAIN.md §7, §13)."""

from collections.abc import Callable
from datetime import datetime
from functools import partial

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy

from core.dates import minutes_between
from core.formatting import format_span, zone_city
from customers.domain.roles import is_admin_of
from notifications.domain.kinds import Kind, register
from notifications.domain.letters import Letter, absolute_url
from notifications.models import Message
from sessions.domain import time_request_news as news
from sessions.domain.queries import time_requests_visible_to
from sessions.models import TimeRequest

Status = TimeRequest.Status
_SUBJECTS: dict[str, Promise] = {
    news.ASKED: gettext_lazy("%(customer)s asks for a time: %(type)s"),
    news.PROPOSED: gettext_lazy("A time for you to confirm: %(type)s, %(time)s"),
    news.DECLINED: gettext_lazy("Declined: your request for a time, %(type)s"),
    news.WITHDRAWN: gettext_lazy("No longer needed: the time that %(customer)s asked for"),
    news.EXPIRED: gettext_lazy("Not confirmed in time: %(type)s, %(time)s"),
}
_DECLINED_BY_CUSTOMER = gettext_lazy("%(customer)s declines the proposed time: %(type)s, %(time)s")
_LABELS: dict[str, Promise] = {
    news.ASKED: gettext_lazy("Asked for a time"),
    news.PROPOSED: gettext_lazy("Time: proposed"),
    news.DECLINED: gettext_lazy("Time: declined"),
    news.WITHDRAWN: gettext_lazy("Time: request withdrawn"),
    news.EXPIRED: gettext_lazy("Time: not confirmed in time"),
}
_STILL_TRUE: dict[str, Callable[[TimeRequest, Message], bool]] = {
    news.ASKED: lambda asked, _message: asked.status == Status.ASKED,
    news.PROPOSED: lambda asked, message: (
        asked.status == Status.PROPOSED
        and asked.starts_at is not None
        and asked.starts_at.isoformat() == message.facts["starts_at"]
    ),
}
"""The other ones tell of an end, which stays true."""


def register_kinds() -> None:
    """Make these mails known to the outbox; called once by the app's configuration."""
    for code, label in _LABELS.items():
        register(Kind(code=code, label=label, compose=partial(_write, code), at_least_once=True))


def _write(kind: str, message: Message, now: datetime) -> Letter | None:
    """None once it is true no more, or the reader has nothing to do with it any more."""
    reader = message.recipient
    assert reader is not None, "guests ask for no time"
    assert message.subject_id is not None, "this mail names its request"
    asked = (
        time_requests_visible_to(reader).prefetch_related("wishes", "events__by").filter(pk=message.subject_id).first()
    )
    still_true = _STILL_TRUE.get(kind)
    if asked is None or (still_true is not None and not still_true(asked, message)):
        return None
    last = list(asked.events.all())[-1]
    customer = asked.contract.customer
    by_customer = last.by is not None and is_admin_of(last.by, customer.pk)
    subject = _DECLINED_BY_CUSTOMER if kind == news.DECLINED and by_customer else _SUBJECTS[kind]
    proposed = _span(asked.starts_at, asked.ends_at) if asked.starts_at and asked.ends_at else ""
    return Letter(
        subject=str(subject) % {"customer": customer.name, "type": asked.get_session_type_display(), "time": proposed},
        template="time_request",
        context={
            "what": kind,
            "asked": asked,
            "customer": customer,
            "by": str(last.by or ""),
            "by_customer": by_customer,
            "reason": last.reason,
            "proposed": proposed,
            "held_until": asked.expires_at,
            "wishes": [_span(wish.starts_at, wish.ends_at) for wish in asked.wishes.all()],
            "to_staff": not is_admin_of(reader, customer.pk),
            "page_url": absolute_url("sessions:time-request", asked.pk),
        },
        reply_to=_answers_reach(asked, reader_is_asker=reader == asked.asked_by),
    )


def _answers_reach(asked: TimeRequest, *, reader_is_asker: bool) -> list[tuple[str, str]]:
    person = asked.staff if reader_is_asker else asked.asked_by
    return [(person.name, person.email)] if person is not None else []


def _span(starts_at: datetime, ends_at: datetime) -> str:
    """A stretch of time in the reader's zone, with its name."""
    zone, language = timezone.get_current_timezone_name(), get_language() or "en"
    return (
        f"{format_span(starts_at, minutes_between(starts_at, ends_at), zone, language)} ({zone_city(zone, language)})"
    )
