"""What the reminders of project health checks say, and when they are no longer wanted (DOMAIN.md §11)."""

from datetime import date, datetime
from functools import partial

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from core.formatting import format_day, format_instant, zone_city
from customers.domain.roles import Right
from notifications.domain.kinds import Kind, register
from notifications.domain.letters import Letter, absolute_url
from notifications.domain.moments import reminder_policy
from notifications.models import Message
from reviews.domain.queries import reviews_promised_now
from reviews.domain.reminders import (
    FIRST_REMINDER,
    LAST_REMINDER,
    NOT_PLANNED,
    WINDOW_OPENS,
    last_arrangement,
    moment_of,
    readers_of_reviews,
    thing_of,
)
from reviews.domain.standings import last_day_of
from reviews.models import Review
from sessions.domain.contract_readers import reader_among

LABELS: dict[str, str | Promise] = {
    WINDOW_OPENS: gettext_lazy("Project health check: its window opens"),
    NOT_PLANNED: gettext_lazy("Project health check: nothing planned yet"),
    FIRST_REMINDER: gettext_lazy("Project health check: first reminder"),
    LAST_REMINDER: gettext_lazy("Project health check: last reminder"),
}


def register_kinds() -> None:
    """Make these mails known to the outbox; called once by the app's configuration."""
    for code, label in LABELS.items():
        register(
            Kind(
                code=code,
                label=label,
                compose=partial(_write, code),
                may_be_muted=True,
                for_rights=frozenset({Right.SEE_CONTRACTS}),
                page="reviews:detail",
            )
        )


def _write(kind: str, message: Message, now: datetime) -> Letter | None:
    review = reviews_promised_now().annotate(arranged_at=last_arrangement()).filter(pk=message.subject_id or 0).first()
    if review is None:
        return None
    readers = readers_of_reviews([review.contract], now=now)[review.contract_id]
    moment = moment_of(
        review,
        reminder_policy(),
        zone=timezone.get_current_timezone_name(),
        arranged_at=review.arranged_at,
        now=now,
    )
    if reader_among(readers, message.recipient) is None or moment is None or moment.kind != kind:
        return None
    if thing_of(review, kind) != message.facts["about"]:
        return None
    names = {
        "customer": review.contract.customer.name,
        "number": review.number,
        "first": _day(review.window_starts_on),
        "last": _day(last_day_of(review)),
        "when": _when(review),
    }
    subject, paragraphs = _words(kind, review)
    return Letter(
        subject=subject % names,
        template="note",
        context={
            "tag": _("Project health check"),
            "paragraphs": [paragraph % names for paragraph in paragraphs],
            "action_label": _("See the health check"),
            "action_url": absolute_url("reviews:detail", review.pk),
        },
    )


def _words(kind: str, review: Review) -> tuple[str, list[str]]:
    """Subject and paragraphs, before the names are put in."""
    if kind == WINDOW_OPENS and review.starts_at is not None:
        return _("%(customer)s: health check %(number)s is on %(when)s"), [
            _("The window of project health check %(number)s runs from %(first)s until %(last)s."),
            _("It is planned for %(when)s: there is nothing to do."),
        ]
    if kind == WINDOW_OPENS:
        return _("%(customer)s: plan health check %(number)s until %(last)s"), [
            _("The window of project health check %(number)s runs from %(first)s until %(last)s."),
            _("It takes an hour at most and uses none of the included minutes. Choose a time that suits both sides."),
        ]
    if kind == NOT_PLANNED:
        return _("%(customer)s: health check %(number)s is not planned yet"), [
            _("The window of project health check %(number)s ends on %(last)s, and nothing is planned in it."),
            _("It takes an hour at most and uses none of the included minutes. Choose a time that suits both sides."),
        ]
    return _("Reminder: health check %(number)s of %(customer)s, %(when)s"), [
        _("Project health check %(number)s of %(customer)s takes place on %(when)s."),
        _("Look at the agenda beforehand, and add what you want to talk about."),
    ]


def _day(day: date) -> str:
    return format_day(day, get_language() or "en", style="weekday")


def _when(review: Review) -> str:
    if review.starts_at is None:
        return ""
    zone, language = timezone.get_current_timezone_name(), get_language() or "en"
    return f"{format_instant(review.starts_at, zone, language)} ({zone_city(zone, language)})"
