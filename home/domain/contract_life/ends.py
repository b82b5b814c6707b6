"""Moving the last day of a contract: what it does is shown first, then done in one transaction (DOMAIN.md §2)."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Max
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from core import faults
from core.audit import record
from core.dates import local_day
from core.formatting import format_day
from core.refusals import InvalidInput, NotAllowed, refuse_first
from customers.domain.roles import Right, rights_of
from customers.models import User
from home.domain.contract_life.falling_away import FallingAway, call_off, check_nothing_begun, falling_away
from home.domain.contract_life.letters import owe_end_moved
from packages.domain.contracts import locked
from packages.domain.new_contracts import faults_of_term
from packages.domain.promised_reviews import ReviewWindow, review_windows
from packages.domain.windows import Window, window_between
from packages.models import Contract
from sessions.domain.numbers import numbers_of
from sessions.domain.periods import closed_through, is_closed, next_close_number
from sessions.domain.refusals import MovesNotSeen, PeriodClosed
from sessions.models import LedgerEntry

END_MOVES = "contract.move_end"
LONGEST_REASON = 500


@dataclass(frozen=True, slots=True)
class EndPreview:
    """What another last day does. Dates are in the contract's zone, minutes whole.

    `left` are included minutes that no entry drew; those lapse at once where `lapses_at_once`, else after the window.
    """

    before: date
    after: date
    window_before: Window
    window_after: Window
    left: int
    lapses_at_once: bool
    reviews_before: list[ReviewWindow]
    reviews_after: list[ReviewWindow]
    falling: FallingAway
    renewal: Contract | None
    """The contract that renews this one and would begin before this one ends."""

    @property
    def window_moves(self) -> bool:
        """Whether the included minutes can be used until another day."""
        return self.window_before != self.window_after

    @property
    def reviews_lost(self) -> list[ReviewWindow]:
        """The windows that the term would not reach any more."""
        kept = {window.number for window in self.reviews_after}
        return [window for window in self.reviews_before if window.number not in kept]

    @property
    def reviews_gained(self) -> list[ReviewWindow]:
        """The windows that the term would reach now."""
        had = {window.number for window in self.reviews_before}
        return [window for window in self.reviews_after if window.number not in had]


def preview_end(contract: Contract, *, ends_on: date, now: datetime) -> EndPreview:
    """What it would do to make `ends_on` the last day of `contract`. Changes nothing.

    :raises InvalidInput, PeriodClosed: as `move_end`
    """
    _check_day(contract, ends_on)
    falling = falling_away(contract, after=ends_on, now=now)
    _check_nothing_begun(falling)
    version = contract.package_version
    window = window_between(contract.starts_on, ends_on, version.window_days)
    numbers = numbers_of(contract, now=now)
    renewal = Contract.objects.filter(renews=contract, voided_at__isnull=True, starts_on__lte=ends_on).first()
    return EndPreview(
        before=contract.ends_on,
        after=ends_on,
        window_before=numbers.window,
        window_after=window,
        left=numbers.left,
        lapses_at_once=numbers.left > 0 and not numbers.lapsed and local_day(now, contract.time_zone) > window.last,
        reviews_before=review_windows(version, starts_on=contract.starts_on, ends_on=contract.ends_on),
        reviews_after=review_windows(version, starts_on=contract.starts_on, ends_on=ends_on),
        falling=falling,
        renewal=renewal,
    )


@transaction.atomic
def move_end(
    *, contract: Contract, ends_on: date, reason: str, by: User, now: datetime, seen: str | None = None
) -> Contract:
    """Make `ends_on` (inclusive, in its zone) the last day of `contract`; booked meetings after it are cancelled.

    No share of an entry moves: all entries lie within the shorter of both terms.

    :param seen: `FallingAway.mark` of what the person was shown; None where the door shows nothing
    :raises NotAllowed: if `by` does not lead operations
    :raises InvalidInput: with the field at fault: before the last time entry, or before a meeting nobody recorded
    :raises PeriodClosed: if the day lies in a closed month
    :raises MovesNotSeen: if more would be called off than was shown
    """
    if Right.SIGN_CONTRACTS not in rights_of(by):
        raise NotAllowed(_("The end of a contract is moved by an operations lead."))
    reason = reason.strip()
    if not reason:
        raise InvalidInput(_("Say why: the customer reads it."), field="reason")
    contract = locked(contract)
    next_close_number()  # orders this against a close, which would close the month under it
    _check_day(contract, ends_on)
    falling = falling_away(contract, after=ends_on, now=now)
    _check_nothing_begun(falling)
    if seen is not None and falling.mark != seen and falling:
        raise MovesNotSeen(_("More is called off than what was shown. Look at it, then do it."))
    faults.reach("after_check")
    call_off(falling, reason=reason, by=by, now=now)
    before = contract.ends_on
    contract.ends_on = ends_on
    contract.save(update_fields=["ends_on"])
    details = {"before": before.isoformat(), "after": ends_on.isoformat()}
    record(verb=END_MOVES, of=[(contract, details)], by=by, now=now, reason=reason)
    owe_end_moved(contract, before=before, reason=reason, by=by, now=now)
    return contract


def _check_day(contract: Contract, ends_on: date) -> None:
    if contract.voided_at is not None:
        raise InvalidInput(_("This contract was voided."), field="ends_on")
    refuse_first(faults_of_term(contract.starts_on, ends_on))
    if ends_on == contract.ends_on:
        raise InvalidInput(_("That is its last day already."), field="ends_on")
    entries = LedgerEntry.objects.filter(contract=contract, kind=LedgerEntry.Kind.CONSUMPTION, reversed_by__isnull=True)
    last_entry: date | None = entries.aggregate(last=Max("service_date"))["last"]
    if last_entry is not None and ends_on < last_entry:
        raise InvalidInput(
            _("Time was logged on %(day)s: the contract cannot end before.")
            % {"day": format_day(last_entry, get_language() or "en")},
            field="ends_on",
        )
    if is_closed(ends_on, closed_through()):
        raise PeriodClosed(_("That month is closed: choose a day in an open month."))


def _check_nothing_begun(falling: FallingAway) -> None:
    check_nothing_begun(
        falling,
        field="ends_on",
        sentence=_("Record first what became of %(meetings)s, which would lie after the end."),
    )
