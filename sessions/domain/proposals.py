"""For which contracts somebody may book, and which of them is proposed (DOMAIN.md §2, §7)."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta

from django.db.models import Q, QuerySet

from core.dates import local_day
from customers.domain.roles import administered_by, delivers, roles_of
from customers.models import Role, User
from packages.domain.contracts import contracts_visible_to
from packages.models import Contract
from sessions.domain.numbers import ContractNumbers


def contracts_bookable_by(user: User, *, now: datetime) -> QuerySet[Contract]:
    """The contracts that `user` may book for and that are not over yet: what `may_book_for` answers, as one query.

    A contract counts as over a day late for zones behind UTC: the rule about the term itself is that of the booking.
    """
    may_book = Q(customer__in=administered_by(user))
    if Role.OPERATIONS in roles_of(user):
        may_book = Q()
    elif delivers(user):
        may_book |= Q(pk__in=Contract.objects.filter(team_members__staff=user).values("pk"))
    yesterday = now.date() - timedelta(days=1)
    return contracts_visible_to(user).filter(may_book, voided_at__isnull=True, ends_on__gte=yesterday)


def proposed_contract(
    contracts: Iterable[Contract], numbers: Mapping[int, ContractNumbers], *, now: datetime
) -> Contract | None:
    """Of the contracts that run today, the one with free minutes whose window ends first.

    Where none has free minutes, the running one that ends first; where none runs, the one that starts first; None
    where there is none.

    :param numbers: the numbers of each contract, by contract id
    """

    def preference(contract: Contract) -> tuple[int, date, int]:
        today = local_day(now, contract.time_zone)
        mine = numbers[contract.pk]
        if today < contract.starts_on:
            return 2, contract.starts_on, contract.pk
        if mine.free > 0 and mine.window.holds(today):
            return 0, mine.window.last, contract.pk
        return 1, contract.ends_on, contract.pk

    open_ones = [contract for contract in contracts if local_day(now, contract.time_zone) <= contract.ends_on]
    return min(open_ones, key=preference, default=None)
