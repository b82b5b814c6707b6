"""Meetings that are booked where somebody will not work: shown before anything is kept, never cancelled by it."""

from collections.abc import Collection, Sequence
from datetime import datetime

from django.utils.translation import ngettext

from core.refusals import Refusal
from customers.models import User
from sessions.models import DiaryEntry


class MeetingsInTheWay(Refusal):
    """`facts["meetings"]`: the ids of the diary entries that the person has not been shown yet, with the others."""

    code = "meetings_in_the_way"


def meetings_between(staff: User, start: datetime, end: datetime, *, now: datetime) -> list[DiaryEntry]:
    """What stands in the diary of `staff` between two instants and is not over, with session and customer."""
    entries = DiaryEntry.objects.filter(staff=staff, starts_at__lt=end, ends_at__gt=max(start, now))
    return list(entries.select_related("session__contract__customer").order_by("starts_at"))


def check_seen(meetings: Sequence[DiaryEntry], seen: Collection[int]) -> None:
    """Refuse as long as the person was not shown all of `meetings`; the caller holds the diary's lock.

    :raises MeetingsInTheWay: if one of them is not among the ones `seen`
    """
    if all(entry.pk in seen for entry in meetings):
        return
    raise MeetingsInTheWay(
        ngettext(
            "%(count)s meeting is booked in that time.", "%(count)s meetings are booked in that time.", len(meetings)
        )
        % {"count": len(meetings)},
        meetings=[entry.pk for entry in meetings],
    )
