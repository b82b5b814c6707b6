"""What the mails about a review say, and when they are no longer wanted (DOMAIN.md §7, §8, §13).

Each is withdrawn once a later change has made it untrue: the mail of that change says what is right. Nothing of the
agenda, the notes or what is internal stands in any of them.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from core.formatting import format_instant, format_span, zone_city
from customers.domain.roles import is_staff
from customers.models import Membership, User
from notifications.domain.kinds import Kind, register
from notifications.domain.letters import Letter, absolute_url
from notifications.models import Message
from reviews.domain import invitations
from reviews.domain.calendar_entries import invitation_entry, withdrawal_entry
from reviews.models import Review, ReviewEvent

Events = ReviewEvent.Kind


def register_kinds() -> None:
    """Make these mails known to the outbox; called once by the app's configuration."""
    for code, label, compose in (
        (invitations.PLANNED, gettext_lazy("Review: invitation"), _invite),
        (invitations.MOVED, gettext_lazy("Review: moved"), _tell_of_move),
        (invitations.RELEASED, gettext_lazy("Review: without you"), _release),
        (invitations.CANCELLED, gettext_lazy("Review: cancelled"), _call_off),
    ):
        register(Kind(code=code, label=label, compose=compose, at_least_once=True))


def review_of(message: Message) -> Review | None:
    """The review that `message` is about, with what mail says of it."""
    return (
        Review.objects.select_related("contract__customer")
        .prefetch_related("staff__person", "attendees")
        .filter(pk=message.subject_id or 0)
        .first()
    )


def still_takes_part(review: Review, message: Message) -> bool:
    """Whether the recipient takes part in `review` now: of its staff, a guest, or an attendee who is still a member."""
    person = message.recipient
    if person is None:
        return review.attendees.filter(user__isnull=True, email__iexact=message.recipient_email).exists()
    if any(each.person_id == person.pk for each in review.staff.all()):
        return True
    return (
        review.attendees.filter(user=person).exists()
        and Membership.objects.filter(user=person, customer=review.contract.customer_id, until__isnull=True).exists()
    )


def _belongs_still(review: Review, message: Message) -> bool:
    """Whether who took part may still hear of the customer: staff, guests, and members who did not leave it."""
    person = message.recipient
    if person is None or is_staff(person):
        return True
    return Membership.objects.filter(user=person, customer=review.contract.customer_id, until__isnull=True).exists()


def meeting_for(message: Message, review: Review, *, before: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """What the templates of all mail about a review know: the meeting as it stands, or as it was `before`."""
    starts_at, minutes = review.starts_at, review.duration_minutes
    staff = [each.person.name for each in review.staff.all()]
    if before is not None:
        starts_at, minutes, staff = datetime.fromisoformat(before["starts_at"]), before["minutes"], before["staff"]
    assert starts_at is not None
    assert minutes is not None
    zone, there = timezone.get_current_timezone_name(), review.contract.time_zone
    return {
        "review": review,
        "customer": review.contract.customer,
        "staff": staff,
        "attendees": [attendee.name for attendee in review.attendees.all()],
        "place_is_link": review.place.startswith("https://"),
        "review_url": absolute_url("reviews:detail", review.pk) if message.recipient is not None else "",
        "starts_at": starts_at,
        "when": _span(starts_at, minutes, zone),
        "when_there": _span(starts_at, minutes, there) if there != zone else "",
    }


def _standing(message: Message, now: datetime) -> Review | None:
    """The review, if it is still to come where the mail says and the reader takes part."""
    review = review_of(message)
    if review is None or review.starts_at is None or review.ends_at is None or now >= review.ends_at:
        return None
    stands = review.starts_at == datetime.fromisoformat(message.facts["starts_at"])
    stands = stands and review.sequence == message.facts["sequence"]
    return review if stands and still_takes_part(review, message) else None


def _invite(message: Message, now: datetime) -> Letter | None:
    review = _standing(message, now)
    if review is None:
        return None
    return _letter(message, review, _("Planned: project health check, %(time)s"), "review_planned", Events.PLANNED)


def _tell_of_move(message: Message, now: datetime) -> Letter | None:
    review = _standing(message, now)
    if review is None:
        return None
    was = meeting_for(message, review, before=message.facts["before"])
    return _letter(
        message,
        review,
        _("Moved: project health check, now %(time)s"),
        "review_moved",
        Events.MOVED,
        was=was["when"],
    )


def _release(message: Message, _now: datetime) -> Letter | None:
    """To who took part until now; not if they take part again."""
    review = review_of(message)
    if review is None or still_takes_part(review, message):
        return None
    return _withdrawal(message, review, _("Without you: project health check of %(customer)s"), "review_released")


def _call_off(message: Message, _now: datetime) -> Letter | None:
    review = review_of(message)
    if review is None or review.sequence != message.facts["sequence"] or not _belongs_still(review, message):
        return None
    return _withdrawal(message, review, _("Cancelled: project health check, %(time)s"), "review_cancelled")


def _letter(message: Message, review: Review, subject: str, template: str, kind: str, **more: Any) -> Letter:
    meeting = meeting_for(message, review)
    return Letter(
        subject=subject % {"time": _when(meeting["starts_at"])},
        template=template,
        context={**meeting, **_who_and_why(message, review, kind), **more},
        calendar=invitation_entry(review, page=meeting["review_url"], stamp=message.created_at),
        reply_to=_answers_reach(review, message),
    )


def _withdrawal(message: Message, review: Review, subject: str, template: str) -> Letter:
    before = message.facts["before"]
    meeting = meeting_for(message, review, before=before)
    is_off = message.kind == invitations.CANCELLED
    kind = Events.CANCELLED if is_off else Events.MOVED
    return Letter(
        subject=subject % {"time": _when(meeting["starts_at"]), "customer": review.contract.customer.name},
        template=template,
        context={**meeting, **_who_and_why(message, review, kind), **_who_took_off(message)},
        calendar=withdrawal_entry(
            review,
            person=(message.recipient_name, message.recipient_email),
            before=before,
            sequence=message.facts["sequence"],
            stamp=message.created_at,
            is_off=is_off,
        ),
        reply_to=_answers_reach(review, message),
    )


def _who_and_why(message: Message, review: Review, kind: str) -> dict[str, Any]:
    event = review.events.filter(kind=kind, at__lte=message.created_at).select_related("by").last()
    return {
        "changed_by": event.by.name if event else "",
        "changed_by_reader": event is not None and event.by_id == message.recipient_id,
        "reason": event.reason if event else "",
    }


def _who_took_off(message: Message) -> dict[str, Any]:
    """Who took the recipient off a review that did not move; nothing where an event says it."""
    by = User.objects.filter(pk=message.facts.get("by", 0)).first()
    return {} if by is None else {"changed_by": by.name, "changed_by_reader": by.pk == message.recipient_id}


def _answers_reach(review: Review, message: Message) -> list[tuple[str, str]]:
    """The customer's side answers to the provider's people, and they to the customer's side."""
    staff = [(each.person.name, each.person.email) for each in review.staff.all()]
    if (message.recipient_name, message.recipient_email) not in staff:
        return staff
    return [(attendee.name, attendee.email) for attendee in review.attendees.all()]


def _when(starts_at: datetime) -> str:
    zone, language = timezone.get_current_timezone_name(), get_language() or "en"
    return f"{format_instant(starts_at, zone, language)} ({zone_city(zone, language)})"


def _span(starts_at: datetime, minutes: int, zone: str) -> str:
    language = get_language() or "en"
    return f"{format_span(starts_at, minutes, zone, language)} ({zone_city(zone, language)})"
