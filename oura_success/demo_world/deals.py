"""Contracts of every package at every stage, and the rate card."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from billing.domain.rates import add_rate_line
from core.dates import local_day, start_of_day
from customers.models import User
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
    Account,
)
from oura_success.demo_world.people import AM, DANA, KENJI, LENA, MIKKO, SARA
from packages.domain.catalogue import newest_version
from packages.domain.terms import accept_terms
from packages.models import Contract
from sessions.domain.signing import sign_contract

FIRST_RATES_FROM = date(2024, 1, 1)
GENERAL_RATES = {"EUR": ("115", "125"), "USD": ("125", "135"), "GBP": ("98", "105"), "JPY": ("17000", "18500")}
"""By currency: the first rate, and that of the present year."""
RHEINTAL_RATE = Decimal(110)
SIGNED_DAYS_BEFORE = 7
OLD_NORDLYS = "Nordlys Wellness Oy, the year before"
# Documentation addresses (RFC 5737): where the terms were accepted from.
FROM_ADDRESS = "192.0.2.24"


@dataclass(frozen=True, slots=True)
class Deal:
    """A contract: it started so many days ago (a negative number is ahead) and runs for `days`."""

    key: str
    buyer: str
    package: str
    started_days_ago: int
    dedicated: str
    others: tuple[str, ...] = ()
    days: int = 365
    terms_accepted: bool = True
    renews: str = ""


DEALS = (
    Deal(OLD_NORDLYS, NORDLYS, "pro-lite", 565, MIKKO),
    Deal(NORDLYS, NORDLYS, "premium", 200, MIKKO, others=(LENA,), renews=OLD_NORDLYS),
    Deal(KIKUCHI, KIKUCHI, "pro-lite", 160, KENJI, days=180),
    Deal(BRANDT, BRANDT, "launch-kit", 140, AM),
    Deal(RHEINTAL, RHEINTAL, "pro-lite", 130, AM, others=(SARA, LENA)),
    Deal(GLOBEX, GLOBEX, "pro-lite", 100, MIKKO),
    Deal(CASCADE, CASCADE, "premium", 95, DANA, others=(LENA,)),
    Deal(BIANCHI, BIANCHI, "launch-kit", 83, AM),
    Deal(THAMES, THAMES, "pro-lite", 75, MIKKO),
    Deal(LAKESHORE, LAKESHORE, "launch-kit", 40, DANA),
    Deal(ACME, ACME, "launch-kit", 30, AM),
    Deal(SAKURA, SAKURA, "launch-kit", 5, KENJI, terms_accepted=False),
    Deal(VERDI, VERDI, "premium", -10, AM, others=(SARA,), terms_accepted=False),
)


def set_rates(*, by: User, now: datetime) -> None:
    """General rates since 2024 with a rise at the beginning of this year."""
    this_year = date(max(now.year, FIRST_RATES_FROM.year + 1), 1, 1)
    for currency, (first, risen) in GENERAL_RATES.items():
        for hourly_rate, valid_from in ((first, FIRST_RATES_FROM), (risen, this_year)):
            add_rate_line(
                currency=currency,
                hourly_rate=Decimal(hourly_rate),
                valid_from=valid_from,
                by=by,
                now=start_of_day(valid_from - timedelta(days=31), "UTC") + timedelta(hours=9),
            )


def sign_deals(accounts: dict[str, Account], staff: dict[str, User], *, by: User, now: datetime) -> dict[str, Contract]:
    """The contracts by key, each signed a week before its start (but not after `now`); one has a negotiated rate."""
    contracts: dict[str, Contract] = {}
    for deal in DEALS:
        contracts[deal.key] = _sign(deal, accounts[deal.buyer], staff, contracts, by=by, now=now)
    rheintal = contracts[RHEINTAL]
    add_rate_line(
        currency=rheintal.currency,
        hourly_rate=RHEINTAL_RATE,
        valid_from=rheintal.starts_on,
        contract=rheintal,
        by=by,
        now=rheintal.signed_at,
    )
    return contracts


def _sign(
    deal: Deal,
    account: Account,
    staff: dict[str, User],
    contracts: dict[str, Contract],
    *,
    by: User,
    now: datetime,
) -> Contract:
    starts_on = local_day(now, account.customer.time_zone) - timedelta(days=deal.started_days_ago)
    signed_at = min(start_of_day(starts_on - timedelta(days=SIGNED_DAYS_BEFORE), "UTC") + timedelta(hours=9), now)
    contract = sign_contract(
        customer=account.customer,
        package_version=newest_version(deal.package),
        starts_on=starts_on,
        ends_on=starts_on + timedelta(days=deal.days - 1),
        dedicated=staff[deal.dedicated],
        others=[staff[email] for email in deal.others],
        renews=contracts.get(deal.renews),
        by=by,
        now=signed_at,
    )
    if deal.terms_accepted:
        accept_terms(
            contract=contract,
            by=account.admin,
            language=account.customer.language,
            from_address=FROM_ADDRESS,
            now=min(signed_at + timedelta(hours=26), now),
        )
    return contract
