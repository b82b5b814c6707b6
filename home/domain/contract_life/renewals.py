"""Renewing a contract: a new one that points to the one before, prefilled from it (DOMAIN.md §2, §5)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db import transaction

from billing.domain.first_rates import negotiate_first_rates
from core.dates import add_months
from customers.models import User
from packages.domain.queries import versions_on_sale
from packages.domain.rates import RateBook
from packages.models import Contract, PackageVersion
from sessions.domain.signing import sign_contract

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Renewal:
    """What a renewal starts from: dates inclusive, in the customer's zone; the rate is hourly, in its currency.

    `negotiated_rate` is the one that the contract before had of its own on its last day, where the new one is billed
    in the same currency; else None. `version` is the newest of the same package, None where it is sold no more.
    """

    version: PackageVersion | None
    starts_on: date
    ends_on: date
    dedicated: int | None
    others: list[int]
    types_switched_off: list[str]
    negotiated_rate: Decimal | None


def proposed_renewal(contract: Contract) -> Renewal:
    """What the renewal of `contract` is prefilled with: the day after it, as long, by the same team."""
    team = list(contract.team_members.filter(staff__is_active=True).order_by("staff__name", "pk"))
    starts_on = contract.ends_on + ONE_DAY
    return Renewal(
        version=versions_on_sale().filter(package=contract.package_version.package_id).first(),
        starts_on=starts_on,
        ends_on=_as_long(contract, starts_on),
        dedicated=next((member.staff_id for member in team if member.dedicated), None),
        others=[member.staff_id for member in team if not member.dedicated],
        types_switched_off=list(contract.types_switched_off),
        negotiated_rate=_negotiated_rate(contract),
    )


@transaction.atomic
def renew_contract(
    *,
    renews: Contract,
    package_version: PackageVersion,
    starts_on: date,
    ends_on: date,
    dedicated: User,
    others: Sequence[User],
    types_switched_off: Sequence[str],
    keep_rate: bool,
    by: User,
    now: datetime,
) -> Contract:
    """Sign the contract that follows `renews`; unused minutes do not roll over.

    :param keep_rate: whether the negotiated rate of `renews` holds from the first day of the new one on
    :raises NotAllowed: if `by` does not lead operations
    :raises InvalidInput: as `sign_contract`; if `renews` was renewed before, or voided
    :raises PeriodClosed: if the kept rate would replace another one in a closed month
    :raises NoTerms: if no service terms are published
    """
    signed = sign_contract(
        customer=renews.customer,
        package_version=package_version,
        starts_on=starts_on,
        ends_on=ends_on,
        dedicated=dedicated,
        others=others,
        types_switched_off=types_switched_off,
        renews=renews,
        by=by,
        now=now,
    )
    hourly_rate = _negotiated_rate(renews)
    if keep_rate and hourly_rate is not None:
        negotiate_first_rates({signed: hourly_rate}, by=by, now=now)
    return signed


def _as_long(contract: Contract, starts_on: date) -> date:
    """The last day of a term that is as long, in whole months where the one before was."""
    after = contract.ends_on + ONE_DAY
    months = (after.year - contract.starts_on.year) * 12 + after.month - contract.starts_on.month
    if months > 0 and add_months(contract.starts_on, months) == after:
        return add_months(starts_on, months) - ONE_DAY
    return starts_on + (contract.ends_on - contract.starts_on)


def _negotiated_rate(contract: Contract) -> Decimal | None:
    line = RateBook.load([contract]).line_on(contract, contract.ends_on)
    if line is None or line.contract_id is None or contract.currency != contract.customer.currency:
        return None
    return line.hourly_rate
