"""The rate card: which lines there are, and adding one (DOMAIN.md §5)."""

from datetime import date, datetime
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from billing.domain.rate_changes import announce_higher_rate
from core import faults
from core.dates import add_months, in_calendar
from core.locks import hold_lock_on
from core.money import CURRENCIES, fits_minor_unit
from core.refusals import InvalidInput, NotAllowed
from core.sentences import said_later
from customers.domain.roles import Right, rights_of
from customers.models import User
from packages.domain.contracts import contract_scope, locked
from packages.domain.rates import RateBook
from packages.models import Contract, RateLine
from sessions.domain.periods import closed_through, next_close_number
from sessions.domain.refusals import PeriodClosed

HIGHEST_RATE = Decimal(100_000_000)
"""The first hourly rate that the portal does not keep."""
_REPLACES = gettext_lazy("%(month)s is closed, and a rate was in force then: a new one may start only after it.")


def rate_lines_visible_to(user: User) -> QuerySet[RateLine]:
    """The rate lines that `user` may know of: general ones with the rate card, negotiated ones with their contract."""
    if Right.SEE_RATES not in rights_of(user):
        return RateLine.objects.none()
    return RateLine.objects.filter(Q(contract__isnull=True) | contract_scope(user, "contract")).select_related(
        "contract__customer", "contract__package_version__package", "created_by"
    )


@transaction.atomic
def add_rate_line(
    *,
    currency: str,
    hourly_rate: Decimal | None,
    valid_from: date,
    contract: Contract | None = None,
    by: User,
    now: datetime,
) -> RateLine:
    """Put an hourly rate into force from `valid_from` on, until the next line of the same currency and contract.

    With a `contract` it is a negotiated rate; without `hourly_rate` that contract goes back to the general one.
    `valid_from` is a date in the contract's zone (of a general line: in each contract's own). Open months may be
    back-dated: their entries follow. Customers who accepted less for a session of theirs are told.

    :raises NotAllowed: if `by` does not manage rates
    :raises InvalidInput: with the field at fault; also where a line of that day is there already
    :raises PeriodClosed: if it would replace, on a day of a closed month, a line that was in force
    """
    if Right.MANAGE_RATES not in rights_of(by):
        raise NotAllowed(_("Rates are set by an operations lead."))
    check_rate(currency, hourly_rate, contract)
    if not in_calendar(valid_from):
        raise InvalidInput(_("Choose a date between 1990 and 2199."), field="valid_from")
    if contract is not None:
        contract = locked(contract)
    known_in_close = next_close_number()
    # Two general lines at once must not both believe that they fill the same hole of a closed month.
    hold_lock_on(f"rate lines {currency}")
    line = RateLine(
        currency=currency,
        contract=contract,
        hourly_rate=hourly_rate,
        valid_from=valid_from,
        created_at=now,
        created_by=by,
        known_in_close=known_in_close,
    )
    _check_closed_months(line)
    faults.reach("after_check")
    try:
        with transaction.atomic():
            line.save(force_insert=True)
    except IntegrityError as error:
        if "rate_lines_one_a_day" not in str(error):
            raise
        raise InvalidInput(
            _("There is a rate from that day already. Lines are never edited: choose another day."), field="valid_from"
        ) from error
    announce_higher_rate(line, now=now)
    return line


def check_rate(currency: str, hourly_rate: Decimal | None, contract: Contract | None) -> None:
    """Refuse a currency that is not billed in or not the contract's, and a rate that it cannot write.

    :raises InvalidInput: with the field at fault
    """
    if currency not in CURRENCIES:
        raise InvalidInput(_("The portal does not bill in that currency."), field="currency")
    if contract is not None and contract.currency != currency:
        raise InvalidInput(
            _("Contract %(contract)s is billed in %(currency)s.")
            % {"contract": contract.reference, "currency": contract.currency},
            field="currency",
        )
    if hourly_rate is None:
        if contract is None:
            raise InvalidInput(_("Enter the hourly rate."), field="hourly_rate")
        return
    if not hourly_rate.is_finite() or not 0 <= hourly_rate < HIGHEST_RATE:
        raise InvalidInput(gettext_lazy("Enter an hourly rate of 0 or more."), field="hourly_rate")
    if not fits_minor_unit(hourly_rate, currency):
        sentence = gettext_lazy("An amount in %(currency)s has at most %(digits)s decimal places.")
        digits = CURRENCIES[currency]
        raise InvalidInput(said_later(sentence, {"currency": currency, "digits": digits}), field="hourly_rate")


def _check_closed_months(line: RateLine) -> None:
    through = closed_through()
    if through is not None and line.valid_from < add_months(through, 1):
        beside = Q(contract__isnull=True) | Q(contract=line.contract_id or 0)
        lines = RateLine.objects.filter(beside, currency=line.currency).order_by("valid_from")
        check_closed_months(line, lines=list(lines), through=through)


def check_closed_months(line: RateLine, *, lines: list[RateLine], through: date | None) -> None:
    """Refuse `line` where it replaces what was in force on a closed day; filling a hole is allowed.

    :param lines: the general lines of its currency and those of its contract, by date
    :param through: the latest closed month, None before the first close
    :raises PeriodClosed: if it does
    """
    if through is None:
        return
    later_rivals = [
        each.valid_from for each in lines if each.contract_id == line.contract_id and each.valid_from > line.valid_from
    ]
    until = min([add_months(through, 1), *later_rivals])
    before = RateBook.of_lines(lines)
    after = RateBook.of_lines(sorted([*lines, line], key=lambda each: each.valid_from))
    contract = line.contract or Contract(currency=line.currency)  # one that negotiated nothing
    for day in _turning_points(line, lines, until):
        was = before.line_on(contract, day)
        if was is not None and after.line_on(contract, day) is not was:
            raise PeriodClosed(said_later(_REPLACES, {"month": f"{day:%Y-%m}"}))


def _turning_points(line: RateLine, lines: list[RateLine], until: date) -> list[date]:
    """The days from the start of `line`, before `until`, on which this line or another may come into force."""
    starts = {line.valid_from, *(each.valid_from for each in lines)}
    return sorted(day for day in starts if line.valid_from <= day < until)
