"""The rate card as a person reads it: by currency and contract, with what is in force today (DOMAIN.md §5)."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from billing.domain.rates import rate_lines_visible_to
from core.dates import local_day
from customers.models import User
from packages.models import Contract, RateLine


class Force(TextChoices):
    """Whether a line is in force."""

    COMING = "coming", _("Not yet in force")
    IN_FORCE = "in_force", _("In force")
    REPLACED = "replaced", _("Replaced")


@dataclass(frozen=True, slots=True)
class CardLine:
    """A rate line and whether it is in force today."""

    line: RateLine
    force: Force


@dataclass(frozen=True, slots=True)
class RateSeries:
    """The lines of one currency, or those negotiated for one contract, the newest first."""

    currency: str
    contract: Contract | None
    lines: list[CardLine]

    def in_force(self) -> RateLine | None:
        """The line of today; a negotiated one without a rate means the general rate."""
        return next((each.line for each in self.lines if each.force is Force.IN_FORCE), None)


@dataclass(frozen=True, slots=True)
class RateCard:
    """All rates that a person sees: general ones by currency, negotiated ones by customer and contract."""

    general: list[RateSeries]
    negotiated: list[RateSeries]


def lines_of(every: Iterable[RateSeries], *, order: str) -> list[CardLine]:
    """The lines of all series in an order of `ORDERS`, descending with a minus before it; alike ones newest first."""
    lines = [line for series in every for line in series.lines]
    return sorted(lines, key=ORDERS[order.removeprefix("-")], reverse=order.startswith("-"))


def _holder(each: CardLine) -> tuple[str, int, str]:
    contract = each.line.contract
    return (contract.customer.name.casefold() if contract else "", contract.pk if contract else 0, each.line.currency)


ORDERS: dict[str, Callable[[CardLine], tuple[Any, ...]]] = {
    "for": _holder,
    "from": lambda each: (each.line.valid_from,),
    "rate": lambda each: (each.line.currency, each.line.hourly_rate is not None, each.line.hourly_rate),
    "today": lambda each: (list(Force).index(each.force),),
    "added": lambda each: (each.line.created_at,),
}
"""What the lines can be sorted by. Rates sort within their currency."""


def rate_card(*, user: User, now: datetime) -> RateCard:
    """The rates that `user` sees, in one query.

    "Today" is the date in the zone of a negotiated line's contract; for general lines, which hold in every zone, that
    of `user`.
    """
    lines = rate_lines_visible_to(user).order_by(
        "contract__customer__name", "contract__pk", "currency", "-valid_from", "-pk"
    )
    series = [
        _series(currency, list(group), user=user, now=now)
        for (_contract, currency), group in groupby(lines, key=lambda line: (line.contract_id, line.currency))
    ]
    return RateCard(
        general=[each for each in series if each.contract is None],
        negotiated=[each for each in series if each.contract is not None],
    )


def _series(currency: str, lines: list[RateLine], *, user: User, now: datetime) -> RateSeries:
    contract = lines[0].contract
    today = local_day(now, contract.time_zone if contract else user.time_zone)
    return RateSeries(currency, contract, list(_with_force(lines, today)))


def _with_force(lines: Iterable[RateLine], today: date) -> Iterable[CardLine]:
    started = False
    for line in lines:
        if line.valid_from > today:
            yield CardLine(line, Force.COMING)
        elif started:
            yield CardLine(line, Force.REPLACED)
        else:
            started = True
            yield CardLine(line, Force.IN_FORCE)
