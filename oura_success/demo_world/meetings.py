"""How a meeting of the story comes about: a free time is found, the customer books, staff log it afterwards."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from core.dates import local_day
from customers.models import User
from oura_success.demo_world.buyers import Account
from oura_success.demo_world.notes import NOTES
from packages.domain.contracts import dedicated_of
from packages.domain.terms import terms_accepted
from packages.models import Contract
from sessions.domain.attendees import Guest
from sessions.domain.availability import Slot, days
from sessions.domain.booking import book_session
from sessions.domain.ledger import log_time
from sessions.models import ConsultingSession, LedgerEntry

BOOKED_BEFORE = timedelta(days=6)
LOGGED_AFTER = timedelta(minutes=20)
REACHES = (timedelta(days=3), timedelta(days=16))


@dataclass(frozen=True, slots=True)
class Storyteller:
    """What every meeting needs to know: the present moment, the accounts and contracts, and the dice."""

    now: datetime
    accounts: dict[str, Account]
    contracts: dict[str, Contract]
    staff: dict[str, User]
    dice: random.Random

    def book(
        self,
        contract: Contract,
        session_type: str,
        minutes: int,
        *,
        around: datetime,
        fits: Callable[[Slot], bool],
        staff: User | None = None,
    ) -> ConsultingSession | None:
        """Book the free time nearest to `around` that `fits`, some days before; None where there is no such time."""
        staff = staff or dedicated_of(contract)
        assert staff is not None, "every contract of the demo has a dedicated person"
        booked_at = max(min(around - BOOKED_BEFORE, self.now - timedelta(days=1)), contract.signed_at)
        slot = self._free_time(contract, staff, minutes, around, booked_at, fits)
        if slot is None:
            return None
        account = self.accounts[contract.customer.name]
        by_customer = terms_accepted(contract)
        return book_session(
            contract=contract,
            session_type=session_type,
            starts_at=slot.starts_at,
            duration_minutes=minutes,
            staff=staff,
            attendees=self.guests(account),
            accept_overage=by_customer,
            by=account.admin if by_customer else staff,
            now=booked_at,
        )

    def log(
        self, session: ConsultingSession, minutes: int | None = None, *, later: timedelta = LOGGED_AFTER
    ) -> LedgerEntry:
        """Log what was delivered: the booked minutes, or as many as are named."""
        language = self.accounts[session.contract.customer.name].customer.language
        return log_time(
            contract=session.contract,
            session_type=session.session_type,
            staff=session.staff,
            started_at=session.starts_at,
            minutes=minutes or session.duration_minutes,
            note=self.dice.choice(NOTES[language][session.session_type]),
            session=session,
            now=min(session.ends_at + later, self.now),
        ).entry

    def guests(self, account: Account) -> list[Guest]:
        """The customer's admin and some of its people."""
        others = self.dice.sample(account.people, k=self.dice.randint(0, len(account.people)))
        return [Guest(person.name, person.email) for person in (account.admin, *others)]

    def is_over(self, slot: Slot) -> bool:
        return slot.ends_at <= self.now

    def is_ahead(self, slot: Slot) -> bool:
        """Far enough ahead to leave room for what happens today."""
        return slot.starts_at >= self.now + timedelta(hours=20)

    def _free_time(
        self,
        contract: Contract,
        staff: User,
        minutes: int,
        around: datetime,
        booked_at: datetime,
        fits: Callable[[Slot], bool],
    ) -> Slot | None:
        """The bookable time nearest to `around`: within some days, or within weeks where those are holidays or full."""
        middle = local_day(around, staff.time_zone)
        for reach in REACHES:
            found = days(
                staff=staff,
                first=middle - reach,
                last=middle + reach,
                zone=staff.time_zone,
                duration_minutes=minutes,
                now=booked_at,
                contract=contract,
            )
            slots = [slot for day in found for slot in day.slots if fits(slot)]
            if slots:
                return min(slots, key=lambda slot: abs(slot.starts_at - around))
        return None
