"""What happened in the demo's customers until now, and what is booked."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from core.dates import add_months, local_day, month_of, start_of_day
from oura_success.demo_world.buyers import (
    ACME,
    BIANCHI,
    BRANDT,
    CASCADE,
    GLOBEX,
    KIKUCHI,
    LAKESHORE,
    NORDLYS,
    RHEINTAL,
    SAKURA,
    THAMES,
    VERDI,
)
from oura_success.demo_world.deals import OLD_NORDLYS
from oura_success.demo_world.meetings import Storyteller
from oura_success.demo_world.people import AM, LENA, OPERATIONS, SARA
from oura_success.demo_world.reviews import tell_of_reviews
from sessions.domain.attendees import Guest
from sessions.domain.availability import Slot
from sessions.domain.booking import book_session
from sessions.domain.cancelling import cancel_session, mark_no_show
from sessions.domain.ledger import adjust, reverse_entry
from sessions.domain.waivers import waive
from sessions.models import ConsultingSession

KICKOFF, OPERATIONS_MEETING = "kickoff", "operations"
SOFTWARE, SUPPLEMENTARY = "software-training", "supplementary-training"
TODAYS_SESSION_STARTS_IN = timedelta(minutes=70)


@dataclass(frozen=True, slots=True)
class Meeting:
    """A meeting so many days ago (a negative number is ahead); by the dedicated person unless another is named."""

    contract: str
    session_type: str
    minutes: int
    days_ago: int
    staff: str = ""


@dataclass(frozen=True, slots=True)
class Overage:
    """A meeting beyond the included minutes: so many months ago, at a fraction of what has passed of that month."""

    contract: str
    session_type: str
    minutes: int
    months_ago: int
    fraction: float
    staff: str = ""
    then: str = ""


DELIVERED = (
    Meeting(OLD_NORDLYS, KICKOFF, 60, 550),
    Meeting(OLD_NORDLYS, OPERATIONS_MEETING, 45, 470),
    Meeting(NORDLYS, KICKOFF, 60, 190),
    Meeting(NORDLYS, OPERATIONS_MEETING, 60, 150, LENA),
    Meeting(KIKUCHI, KICKOFF, 60, 150),
    Meeting(BRANDT, KICKOFF, 60, 132),
    Meeting(RHEINTAL, KICKOFF, 60, 121),
    Meeting(BRANDT, OPERATIONS_MEETING, 60, 118),
    Meeting(KIKUCHI, OPERATIONS_MEETING, 60, 111),
    Meeting(RHEINTAL, SOFTWARE, 60, 102, SARA),
    Meeting(BRANDT, SOFTWARE, 45, 100),
    Meeting(GLOBEX, KICKOFF, 60, 92),
    Meeting(CASCADE, KICKOFF, 60, 89),
    Meeting(BIANCHI, KICKOFF, 60, 78),
    Meeting(CASCADE, OPERATIONS_MEETING, 60, 74, LENA),
    Meeting(THAMES, KICKOFF, 60, 70),
    Meeting(GLOBEX, OPERATIONS_MEETING, 30, 62),
    Meeting(BIANCHI, SOFTWARE, 60, 50),
    Meeting(THAMES, OPERATIONS_MEETING, 45, 41),
    Meeting(LAKESHORE, KICKOFF, 60, 36),
    Meeting(ACME, KICKOFF, 60, 27),
    Meeting(LAKESHORE, OPERATIONS_MEETING, 60, 25),
    Meeting(LAKESHORE, SOFTWARE, 60, 12),
    Meeting(ACME, SOFTWARE, 60, 9),
    Meeting(LAKESHORE, OPERATIONS_MEETING, 45, 5),
)

BEYOND = (
    Overage(KIKUCHI, SUPPLEMENTARY, 60, 2, 0.4),
    Overage(GLOBEX, SUPPLEMENTARY, 30, 2, 0.5),
    Overage(RHEINTAL, SUPPLEMENTARY, 45, 2, 0.6, SARA),
    Overage(NORDLYS, OPERATIONS_MEETING, 45, 1, 0.15),
    Overage(GLOBEX, SUPPLEMENTARY, 45, 1, 0.25),
    Overage(KIKUCHI, SOFTWARE, 60, 1, 0.3),
    Overage(RHEINTAL, SOFTWARE, 60, 1, 0.4, SARA),
    Overage(CASCADE, OPERATIONS_MEETING, 45, 1, 0.5),
    Overage(BRANDT, OPERATIONS_MEETING, 30, 1, 0.6),
    Overage(NORDLYS, SUPPLEMENTARY, 60, 1, 0.7, LENA),
    Overage(RHEINTAL, SUPPLEMENTARY, 30, 1, 0.8, SARA),
    Overage(CASCADE, SUPPLEMENTARY, 60, 0, 0.2, LENA),
    Overage(BRANDT, OPERATIONS_MEETING, 45, 0, 0.3),
    Overage(NORDLYS, OPERATIONS_MEETING, 30, 0, 0.45),
    Overage(KIKUCHI, SUPPLEMENTARY, 45, 0, 0.5),
    Overage(THAMES, SUPPLEMENTARY, 30, 0, 0.55),
    Overage(NORDLYS, SUPPLEMENTARY, 30, 0, 0.65, LENA, then="waived"),
    Overage(RHEINTAL, SUPPLEMENTARY, 45, 0, 0.7, then="waiver proposed"),
    Overage(CASCADE, OPERATIONS_MEETING, 30, 0, 0.8),
)

AHEAD = (
    Meeting(BRANDT, OPERATIONS_MEETING, 30, -1),
    Meeting(CASCADE, OPERATIONS_MEETING, 30, -2),
    Meeting(SAKURA, KICKOFF, 60, -2),
    Meeting(BIANCHI, OPERATIONS_MEETING, 60, -3),
    Meeting(GLOBEX, OPERATIONS_MEETING, 30, -4),
    Meeting(KIKUCHI, OPERATIONS_MEETING, 45, -5),
    Meeting(NORDLYS, OPERATIONS_MEETING, 60, -6, LENA),
    Meeting(RHEINTAL, SUPPLEMENTARY, 30, -8, SARA),
    Meeting(THAMES, OPERATIONS_MEETING, 15, -9),
    Meeting(VERDI, KICKOFF, 60, -12),
)


def tell(story: Storyteller) -> None:
    """Play everything, roughly in the order in which it happened."""
    for meeting in DELIVERED:
        _deliver(story, meeting)
    _log_with_a_slip(story)
    for overage in BEYOND:
        _deliver_beyond(story, overage)
    _miss_one(story)
    _leave_one_unlogged(story)
    _thank_with_minutes(story)
    book_todays_session(story)
    for meeting in AHEAD:
        _book(story, meeting)
    _call_one_off(story)
    tell_of_reviews(story)


def book_todays_session(story: Storyteller) -> ConsultingSession:
    """Acme's session that starts in 70 minutes, so that its reminder goes out before one's eyes.

    Giulia booked it herself: staff are bound by the diary alone, whatever the hour is.
    """
    contract = story.contracts[ACME]
    giulia = story.staff[AM]
    start = story.now + TODAYS_SESSION_STARTS_IN
    start += timedelta(seconds=-start.second % 60, microseconds=-start.microsecond)
    attendees = [*story.guests(story.accounts[ACME]), Guest("Paolo Neri", "paolo.neri@consulting.example")]
    return book_session(
        contract=contract,
        session_type=OPERATIONS_MEETING,
        starts_at=start,
        duration_minutes=30,
        staff=giulia,
        attendees=attendees,
        accept_overage=False,
        by=giulia,
        now=story.now,
        message="A short one before the next shipment.",
    )


def _book(story: Storyteller, meeting: Meeting) -> ConsultingSession | None:
    return story.book(
        story.contracts[meeting.contract],
        meeting.session_type,
        meeting.minutes,
        around=_midday(story, meeting.days_ago),
        fits=story.is_over if meeting.days_ago >= 0 else story.is_ahead,
        staff=story.staff.get(meeting.staff),
    )


def _midday(story: Storyteller, days_ago: int) -> datetime:
    """A time of that day at which nobody is surprised by a meeting."""
    day = story.now - timedelta(days=days_ago)
    return day.replace(hour=story.dice.choice((8, 9, 10, 12, 13, 14)), minute=0, second=0, microsecond=0)


def _deliver(story: Storyteller, meeting: Meeting) -> None:
    session = _book(story, meeting)
    assert session is not None, f"no free time for {meeting}"
    story.log(session)


def _log_with_a_slip(story: Storyteller) -> None:
    """Giulia types an hour for 45 minutes, notices, reverses it and types it again."""
    session = _book(story, Meeting(ACME, OPERATIONS_MEETING, 60, 19))
    assert session is not None
    wrong = story.log(session)
    noticed_at = min(session.ends_at + timedelta(hours=3), story.now)
    reverse_entry(entry=wrong, by=session.staff, reason="We stopped after 45 minutes.", now=noticed_at)
    session.refresh_from_db()
    story.log(session, 45, later=timedelta(hours=3, minutes=5))


def _deliver_beyond(story: Storyteller, overage: Overage) -> None:
    """Deliver overage in its month. Early in a month no working time may have passed yet: then it did not happen."""
    contract = story.contracts[overage.contract]
    month = add_months(month_of(local_day(story.now, contract.time_zone)), -overage.months_ago)
    first = start_of_day(month, contract.time_zone)
    last = min(start_of_day(add_months(month, 1), contract.time_zone), story.now)

    def fits(slot: Slot) -> bool:
        return story.is_over(slot) and month_of(local_day(slot.starts_at, contract.time_zone)) == month

    session = story.book(
        contract,
        overage.session_type,
        overage.minutes,
        around=first + (last - first) * overage.fraction,
        fits=fits,
        staff=story.staff.get(overage.staff),
    )
    if session is None:
        return
    entry = story.log(session)
    told_at = min(session.ends_at + timedelta(hours=2), story.now)
    if overage.then == "waived":
        reason = "Our video room failed twice; with our apologies."
        waive(entry=entry, by=story.staff[OPERATIONS], reason=reason, now=told_at)
    elif overage.then == "waiver proposed":
        waive(entry=entry, by=session.staff, reason="Half of it was about a fault of ours.", now=told_at)


def _miss_one(story: Storyteller) -> None:
    session = _book(story, Meeting(LAKESHORE, OPERATIONS_MEETING, 30, 18))
    assert session is not None
    mark_no_show(
        session=session,
        by=session.staff,
        reason="Nobody came; a call afterwards cleared it up.",
        missing="Marcus Hale",
        now=min(session.ends_at, story.now),
    )


def _leave_one_unlogged(story: Storyteller) -> None:
    """The latest meeting of Giulia's is over, and its time still waits to be logged."""
    _book(story, Meeting(BIANCHI, OPERATIONS_MEETING, 30, 1))


def _thank_with_minutes(story: Storyteller) -> None:
    """Extra minutes cover the earliest overage first."""
    adjust(
        contract=story.contracts[CASCADE],
        minutes=30,
        reason="Thank you for the pilot that you ran with us.",
        by=story.staff[OPERATIONS],
        now=story.now - timedelta(days=2),
    )


def _call_one_off(story: Storyteller) -> None:
    session = _book(story, Meeting(GLOBEX, SUPPLEMENTARY, 30, -7))
    if session is not None:
        cancel_session(
            session=session,
            by=story.accounts[GLOBEX].admin,
            reason="Two of us are travelling that week.",
            now=story.now - timedelta(hours=3),
        )
