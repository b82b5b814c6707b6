"""Rates that are negotiated when a contract is signed, from its first day on: one or thousands (DOMAIN.md §5)."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from billing.domain.rates import check_closed_months, check_rate
from core.locks import hold_lock_on
from core.refusals import NotAllowed
from customers.domain.roles import Right, rights_of
from customers.models import User
from packages.models import Contract, RateLine
from sessions.domain.periods import closed_through, next_close_number

ROWS_A_QUERY = 1000
NOT_SIGNED_YET = 0
"""Stands for the id of a contract that is only planned."""


@dataclass(frozen=True, slots=True)
class ClosedCalendar:
    """The latest closed month and the general rates, read once for many contracts."""

    through: date | None
    general: Mapping[str, list[RateLine]]

    @classmethod
    def load(cls) -> "ClosedCalendar":
        """Two queries."""
        general: dict[str, list[RateLine]] = defaultdict(list)
        for line in RateLine.objects.filter(contract__isnull=True).order_by("valid_from"):
            general[line.currency].append(line)
        return cls(closed_through(), dict(general))

    def check(self, currency: str, hourly_rate: Decimal, starts_on: date) -> None:
        """Refuse a rate that a contract which is signed now may not have from its first day on.

        :raises InvalidInput: if the currency cannot write it
        :raises PeriodClosed: if another rate was in force on a closed day of the contract's
        """
        planned = Contract(pk=NOT_SIGNED_YET, currency=currency)
        check_rate(currency, hourly_rate, planned)
        line = RateLine(currency=currency, contract=planned, hourly_rate=hourly_rate, valid_from=starts_on)
        check_closed_months(line, lines=self.general.get(currency, []), through=self.through)


@transaction.atomic
def negotiate_first_rates(rates: Mapping[Contract, Decimal], *, by: User, now: datetime) -> None:
    """Put the rates of contracts that were signed in this transaction into force from their first days on.

    Nobody has booked on them yet, so that nobody needs to be told of a higher rate.

    :raises NotAllowed: if `by` does not manage rates
    :raises InvalidInput, PeriodClosed: as `ClosedCalendar.check`
    """
    if not rates:
        return
    if Right.MANAGE_RATES not in rights_of(by):
        raise NotAllowed(_("Rates are set by an operations lead."))
    known_in_close = next_close_number()
    for currency in sorted({contract.currency for contract in rates}):
        hold_lock_on(f"rate lines {currency}")
    calendar = ClosedCalendar.load()
    for contract, hourly_rate in rates.items():
        calendar.check(contract.currency, hourly_rate, contract.starts_on)
    RateLine.objects.bulk_create(
        [
            RateLine(
                currency=contract.currency,
                contract=contract,
                hourly_rate=hourly_rate,
                valid_from=contract.starts_on,
                created_at=now,
                created_by=by,
                known_in_close=known_in_close,
            )
            for contract, hourly_rate in rates.items()
        ],
        batch_size=ROWS_A_QUERY,
    )
