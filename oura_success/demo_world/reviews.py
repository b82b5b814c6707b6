"""Project health checks of the demo's world: held, missed, made up for, planned, and owed with nothing planned."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from core.dates import local_day, start_of_day
from oura_success.demo_world.buyers import CASCADE, GLOBEX, KIKUCHI, NORDLYS, RHEINTAL
from oura_success.demo_world.meetings import Storyteller
from packages.domain.contracts import dedicated_of
from packages.models import Contract
from reviews.domain.common_times import common_days
from reviews.domain.planning import plan_review
from reviews.domain.queries import reviews_promised_now
from reviews.domain.recording import hold_review, mark_not_held
from reviews.domain.records import Promise, add_action_item, add_internal_note, add_point
from reviews.domain.standings import last_day_of
from reviews.models import Review
from sessions.domain.availability import Slot

RECORDED_AFTER = timedelta(minutes=10)
PLANNED_BEFORE = timedelta(days=12)


@dataclass(frozen=True, slots=True)
class Check:
    """What became of a contract's review: held with a project status, missed by a side, or planned ahead."""

    contract: str
    number: int
    became: str
    notes: str = ""
    promise: str = ""


CHECKS = (
    Check(NORDLYS, 1, "on_track", "Goals for the year agreed; sizing starts next week.", "Send the sizing kits"),
    Check(NORDLYS, 2, "on_track", "Half of the rings are with their wearers."),
    Check(NORDLYS, 3, "at_risk", "Fewer sign-ins than hoped for at the second site.", "Invite the second site again"),
    Check(NORDLYS, 4, "customer", "Everybody was at a trade fair."),
    Check(NORDLYS, 5, "on_track", "Sign-ins are up again after the reminder."),
    Check(NORDLYS, 6, "on_track", "Next order discussed; spare sizes kept at the reception.", "Order the spare sizes"),
    Check(CASCADE, 1, "on_track", "Roles of coaches and admins settled."),
    Check(CASCADE, 2, "off_track", "Distribution stopped: the delivery address was wrong.", "Confirm the new address"),
    Check(CASCADE, 3, "at_risk", "The new address works; two weeks are to be caught up."),
    Check(KIKUCHI, 1, "on_track", "All wearers are on board."),
    Check(RHEINTAL, 1, "on_track", "The pilot went well; two more sites follow."),
    Check(GLOBEX, 1, "at_risk", "Coaches ask for more training.", "Propose dates for a training"),
    Check(CASCADE, 4, "planned"),
    Check(KIKUCHI, 2, "planned"),
    Check(NORDLYS, 7, "planned"),
)


def tell_of_reviews(story: Storyteller) -> None:
    """Play every check whose window has begun and in which a time is free for it."""
    for check in CHECKS:
        contract = story.contracts[check.contract]
        review = reviews_promised_now().filter(contract=contract, number=check.number).first()
        if review is not None:
            _play(story, check, review)


def _play(story: Storyteller, check: Check, review: Review) -> None:
    slot = _free_time(story, review, ahead=check.became == "planned")
    if slot is None:
        return
    contract = review.contract
    account = story.accounts[contract.customer.name]
    planned_at = max(min(slot.starts_at - PLANNED_BEFORE, story.now - timedelta(hours=2)), contract.signed_at)
    planned = plan_review(
        review=review,
        starts_at=slot.starts_at,
        duration_minutes=45,
        staff=[slot.staff],
        by=slot.staff,
        attendees=story.guests(account),
        now=planned_at,
    )
    add_point(review=planned, text="What went well since the last time", by=slot.staff, now=planned_at)
    add_point(review=planned, text="Questions of our coaches", by=account.admin, now=planned_at)
    recorded_at = min(slot.ends_at + RECORDED_AFTER, story.now)
    match check.became:
        case "planned":
            return
        case "customer" | "oura":
            mark_not_held(review=planned, side=check.became, reason=check.notes, by=slot.staff, now=recorded_at)
            return
    hold_review(review=planned, project_status=check.became, notes=check.notes, by=slot.staff, now=recorded_at)
    if check.promise:
        due_on = local_day(slot.starts_at, contract.time_zone) + timedelta(days=21)
        promise = Promise(check.promise, slot.staff, due_on)
        add_action_item(review=planned, promise=promise, by=slot.staff, now=recorded_at)
    if check.became != "on_track":
        text = "Keep an eye on this one: the renewal depends on it."
        add_internal_note(review=planned, text=text, by=slot.staff, now=recorded_at)


def _free_time(story: Storyteller, review: Review, *, ahead: bool) -> Slot | None:
    """A free time in the middle of the window: over by now, or some days ahead."""
    contract: Contract = review.contract
    person = dedicated_of(contract)
    if person is None:
        return None
    first, last = review.window_starts_on, last_day_of(review)
    starts = story.now + timedelta(hours=30) if ahead else start_of_day(first, contract.time_zone)
    asked_at = story.now if ahead else max(starts - timedelta(days=2), contract.signed_at)
    first = max(first, local_day(asked_at, contract.time_zone))
    last = min(last, first + timedelta(days=40))
    if first > last:
        return None
    found = common_days(
        review,
        [person],
        first=first,
        last=last,
        zone=contract.time_zone,
        duration_minutes=45,
        now=asked_at,
    )
    slots = [slot for day in found for slot in day.slots if _fits(slot, story.now, starts, ahead=ahead)]
    return slots[len(slots) // 2] if slots else None


def _fits(slot: Slot, now: datetime, starts: datetime, *, ahead: bool) -> bool:
    return slot.starts_at >= starts if ahead else slot.ends_at + RECORDED_AFTER <= now
