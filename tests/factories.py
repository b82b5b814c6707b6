"""Named people, customers and contracts, made through the domain's own functions, so that tests read like sentences.

Every name is the same person or customer however often a test asks: `giulia()` twice is one account manager.

    contract = launch_kit()                                          # of Acme, from 31 January 2026, with Giulia
    logged(contract, "kickoff", 60, "2026-02-03 10:00")              # wall clock of the contract's zone
    session = booked(contract, "operations", 60, "2026-03-09 10:00") # by Marta, a week ahead
    shares_of(contract)                                              # ["60/0"], in the order of the rows

Who is who: Marta is Acme's admin and Luca a plain member; Hanna is Globex's admin. Giulia (AM and CSM, Rome) leads
Acme, Aino (AM and CSM, Helsinki) leads Globex; Sofia leads operations; Pekka is finance. `NOW` is a Monday, 09:00 in
Rome; tests that speak to running processes pass dates around the real clock instead.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from factory import LazyAttribute
from factory import Sequence as Numbered
from factory.django import DjangoModelFactory

from billing.domain.rates import add_rate_line
from core.dates import after_minutes, instant_of
from customers.domain.customers import add_member, create_customer
from customers.domain.queries import admins_of
from customers.models import Customer, Role, StaffProfile, User
from packages.domain.catalogue import newest_version
from packages.domain.contracts import dedicated_of
from packages.domain.terms import accept_terms
from packages.models import Contract, RateLine
from sessions.domain.attendees import Guest
from sessions.domain.booking import book_session
from sessions.domain.ledger import Logged, log_time
from sessions.domain.signing import sign_contract
from sessions.domain.time_proposals import propose_time
from sessions.domain.time_requests import Wish, ask_for_a_time
from sessions.models import ConsultingSession, EntryShare, TimeRequest, WorkingHours

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
LONG_AGO = datetime(2024, 1, 1, tzinfo=UTC)
PASSWORD = "correct-horse-battery"
MONDAY_TO_FRIDAY = range(5)


def at(wall: str, zone: str = "Europe/Rome") -> datetime:
    """The UTC instant of a wall-clock time such as `2026-02-03 10:00` in `zone`."""
    return instant_of(datetime.fromisoformat(wall), zone)


class PersonFactory(DjangoModelFactory[User]):
    """A person who can sign in with `PASSWORD`; the same one again for the same address."""

    class Meta:
        model = User

    name = Numbered(lambda n: f"Person {n}")
    email = LazyAttribute(lambda person: f"{person.name.lower().replace(' ', '.')}@example.com")

    @classmethod
    def _create(cls, model_class: type[User], *args: Any, **kwargs: Any) -> User:
        known = User.objects.filter(email__iexact=kwargs["email"]).select_related("staff_profile").first()
        return known or model_class.objects.create_user(password=PASSWORD, **kwargs)


def staff(
    name: str, *roles: Role, zone: str = "Europe/Rome", country: str = "IT", working: tuple[int, int] | None = (9, 17)
) -> User:
    """One of the provider's people, at work from Monday to Friday between two full hours of their own clock."""
    person = PersonFactory.create(name=name, email=f"{name.lower().replace(' ', '.')}@oura.example", time_zone=zone)
    if StaffProfile.objects.filter(user=person).exists():
        return person
    link = f"https://meet.example/{person.pk}"
    person.staff_profile = StaffProfile.objects.create(
        user=person, roles=list(roles), country=country, video_link=link, phone="+39 02 1234"
    )
    if working is not None:
        first, last = working
        WorkingHours.objects.bulk_create(
            WorkingHours(staff=person, weekday=day, starts_at=time(first), ends_at=time(last))
            for day in MONDAY_TO_FRIDAY
        )
    return person


def giulia() -> User:
    """Account manager and customer success manager in Rome; leads Acme and delivers its contracts."""
    return staff("Giulia Conti", Role.AM, Role.CSM)


def aino() -> User:
    """Account manager and customer success manager in Helsinki; leads Globex and has nothing to do with Acme."""
    return staff("Aino Virtanen", Role.AM, Role.CSM, zone="Europe/Helsinki", country="FI")


def tomas() -> User:
    """Customer success engineer in Rome, on no team until a test puts him on one."""
    return staff("Tomas Weber", Role.CSE)


def sofia() -> User:
    """Operations lead."""
    return staff("Sofia Lindgren", Role.OPERATIONS, working=None)


def pekka() -> User:
    """Finance."""
    return staff("Pekka Laine", Role.FINANCE, working=None)


def member_of(customer: Customer, name: str, *, kind: str = "member") -> User:
    """A person of `customer`, in its language and zone; `kind` is `member` or `admin`."""
    domain = customer.name.split()[0].lower()
    person = PersonFactory.create(
        name=name,
        email=f"{name.lower().partition(' ')[0]}@{domain}.example",
        language=customer.language,
        time_zone=customer.time_zone,
    )
    add_member(customer=customer, person=person, kind=kind, now=LONG_AGO)
    return person


def customer(
    name: str,
    *,
    country: str = "IT",
    zone: str = "Europe/Rome",
    currency: str = "EUR",
    language: str = "en",
    lead: User | None = None,
) -> Customer:
    """The customer of that name; its lead is Giulia unless another is named."""
    known = Customer.objects.filter(name=name).first()
    return known or create_customer(
        name=name,
        country=country,
        time_zone=zone,
        language=language,
        currency=currency,
        lead=lead or giulia(),
        by=sofia(),
        now=LONG_AGO,
    )


def acme() -> Customer:
    """A customer in Italy, billed in euro; Giulia leads it."""
    return customer("Acme Wellness")


def marta() -> User:
    """Acme's admin."""
    return member_of(acme(), "Marta Ferri", kind="admin")


def luca() -> User:
    """A plain member of Acme."""
    return member_of(acme(), "Luca Bruni")


def globex() -> Customer:
    """Another customer, in Finland; Aino leads it."""
    return customer("Globex", country="FI", zone="Europe/Helsinki", lead=aino())


def hanna() -> User:
    """Globex's admin: a stranger to Acme."""
    return member_of(globex(), "Hanna Korhonen", kind="admin")


def signed(
    package_code: str,
    buyer: Customer | None = None,
    *,
    starts_on: date = date(2026, 1, 31),
    ends_on: date | None = None,
    dedicated: User | None = None,
    others: Sequence[User] = (),
    types_switched_off: Sequence[str] = (),
    now: datetime = NOW,
) -> Contract:
    """A contract of `buyer` (Acme with Marta, where none is named), a year long; its terms are not accepted yet."""
    if buyer is None:
        marta()
        buyer = acme()
    return sign_contract(
        customer=buyer,
        package_version=newest_version(package_code),
        starts_on=starts_on,
        ends_on=ends_on or starts_on + timedelta(days=364),
        dedicated=dedicated or giulia(),
        others=others,
        types_switched_off=types_switched_off,
        by=sofia(),
        now=now,
    )


def launch_kit(buyer: Customer | None = None, **terms: Any) -> Contract:
    """240 minutes within 90 days; keywords as for `signed`."""
    return signed("launch-kit", buyer, **terms)


def pro_lite(buyer: Customer | None = None, **terms: Any) -> Contract:
    """120 minutes within the term; keywords as for `signed`."""
    return signed("pro-lite", buyer, **terms)


def premium(buyer: Customer | None = None, **terms: Any) -> Contract:
    """120 minutes within the term, twelve reviews; keywords as for `signed`."""
    return signed("premium", buyer, **terms)


def admin_of(contract: Contract) -> User:
    """The first admin of the contract's customer, who is made where there is none."""
    admin = admins_of(contract.customer).order_by("pk").first()
    return admin or member_of(contract.customer, "Ada Admin", kind="admin")


def with_terms_accepted(contract: Contract, *, now: datetime = NOW) -> Contract:
    """The same contract, its terms accepted by the customer's admin."""
    accept_terms(contract=contract, by=admin_of(contract), language="en", from_address="192.0.2.1", now=now)
    return contract


def rate(
    currency: str,
    hourly_rate: str | None,
    *,
    valid_from: date = date(2024, 1, 1),
    contract: Contract | None = None,
    now: datetime = NOW,
) -> RateLine:
    """An hourly rate in force from a date on; negotiated where a contract is named."""
    amount = None if hourly_rate is None else Decimal(hourly_rate)
    return add_rate_line(
        currency=currency, hourly_rate=amount, valid_from=valid_from, contract=contract, by=sofia(), now=now
    )


def logged(contract: Contract, session_type: str, minutes: int, wall: str | datetime, **details: Any) -> Logged:
    """Time that the contract's dedicated person logged, by the contract's wall clock; `details` go to `log_time`."""
    started_at = at(wall, contract.time_zone) if isinstance(wall, str) else wall
    details.setdefault("staff", dedicated_of(contract))
    details.setdefault("now", max(NOW, after_minutes(started_at, minutes)))
    return log_time(contract=contract, session_type=session_type, started_at=started_at, minutes=minutes, **details)


def booked(
    contract: Contract, session_type: str, minutes: int, wall: str | datetime, **details: Any
) -> ConsultingSession:
    """A session that the customer's admin booked a week ahead with the dedicated person; `details`: `book_session`."""
    starts_at = at(wall, contract.time_zone) if isinstance(wall, str) else wall
    by = details.setdefault("by", admin_of(contract))
    details.setdefault("staff", dedicated_of(contract))
    details.setdefault("attendees", [Guest(by.name, by.email)])
    details.setdefault("accept_overage", False)
    details.setdefault("now", starts_at - timedelta(days=7))
    return book_session(
        contract=contract, session_type=session_type, starts_at=starts_at, duration_minutes=minutes, **details
    )


def asked_for(contract: Contract, *wishes: tuple[str, str], **details: Any) -> TimeRequest:
    """A time that the customer's admin asks for, an hour of operations, on the contract's wall clock; at `NOW`."""
    by = details.setdefault("by", admin_of(contract))
    details.setdefault("session_type", "operations")
    details.setdefault("duration_minutes", 60)
    details.setdefault("words", "" if wishes else "Any afternoon")
    details.setdefault("zone", by.time_zone)
    details.setdefault("now", NOW)
    times = [Wish(*(at(wall, contract.time_zone) for wall in wish)) for wish in wishes]
    return ask_for_a_time(contract=contract, wishes=times, **details)


def proposed(asked: TimeRequest, wall: str | datetime, **details: Any) -> TimeRequest:
    """A time that the contract's dedicated person proposes, by the contract's wall clock; at `NOW`."""
    starts_at = at(wall, asked.contract.time_zone) if isinstance(wall, str) else wall
    dedicated = dedicated_of(asked.contract)
    assert dedicated is not None
    details.setdefault("staff", dedicated)
    details.setdefault("by", dedicated)
    details.setdefault("now", NOW)
    return propose_time(asked=asked, starts_at=starts_at, **details)


def shares_of(contract: Contract) -> list[str]:
    """The stored shares as `included/overage`, in the order in which the entries were typed; or `reversed`."""
    shares = EntryShare.objects.filter(contract=contract).order_by("entry")
    return [
        "reversed" if share.is_reversed else f"{share.included_minutes}/{share.overage_minutes}" for share in shares
    ]
