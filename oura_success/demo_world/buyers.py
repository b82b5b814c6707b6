"""The business customers of the demo, with their people."""

from dataclasses import dataclass, field
from datetime import datetime

from customers.domain.billing_details import BillingChange, change_billing_details
from customers.domain.customers import assign_contact, create_customer, invite_member
from customers.models import ContactAssignment, Customer, Membership, User
from oura_success.demo_world.people import AM, DANA, KENJI, MIKKO


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of a customer's side; in the customer's language unless another is named."""

    email: str
    name: str
    language: str = ""


@dataclass(frozen=True, slots=True)
class Buyer:
    """A customer. `lead` is the address of its lead; the admin is also its primary contact."""

    name: str
    country: str
    zone: str
    currency: str
    lead: str
    admin: Person
    members: tuple[Person, ...]
    language: str = "en"


@dataclass(frozen=True, slots=True)
class Account:
    """A customer of the world, as the later parts use it."""

    customer: Customer
    admin: User
    people: list[User] = field(default_factory=list)


ACME = "Acme S.p.A."
GLOBEX = "Globex Oy"
BIANCHI = "Bianchi Benessere S.r.l."
NORDLYS = "Nordlys Wellness Oy"
RHEINTAL = "Rheintal Versicherung AG"
BRANDT = "Brandt Logistik GmbH"
CASCADE = "Cascade Outdoor, Inc."
LAKESHORE = "Lakeshore Health Partners"
KIKUCHI = "Kikuchi Health K.K."
SAKURA = "Sakura Denki K.K."
THAMES = "Thames Valley Clinics Ltd"
VERDI = "Studio Verdi S.r.l."

BUYERS = (
    Buyer(
        ACME,
        "IT",
        "Europe/Rome",
        "EUR",
        AM,
        Person("admin@acme.example", "Anna Marchetti"),
        (
            Person("luca.ferrante@acme.example", "Luca Ferrante", "it"),
            Person("chiara.galli@acme.example", "Chiara Galli"),
        ),
    ),
    Buyer(
        GLOBEX,
        "FI",
        "Europe/Helsinki",
        "EUR",
        MIKKO,
        Person("admin@globex.example", "Hanna Korpela"),
        (Person("olli.ranta@globex.example", "Olli Ranta"),),
    ),
    Buyer(
        BIANCHI,
        "IT",
        "Europe/Rome",
        "EUR",
        AM,
        Person("paola.bianchi@bianchi.example", "Paola Bianchi"),
        (Person("marco.villa@bianchi.example", "Marco Villa"),),
        language="it",
    ),
    Buyer(
        NORDLYS,
        "FI",
        "Europe/Helsinki",
        "EUR",
        MIKKO,
        Person("satu.niemi@nordlys.example", "Satu Niemi"),
        (Person("jari.koski@nordlys.example", "Jari Koski"), Person("elina.aho@nordlys.example", "Elina Aho")),
    ),
    Buyer(
        RHEINTAL,
        "DE",
        "Europe/Berlin",
        "EUR",
        AM,
        Person("katrin.vogel@rheintal.example", "Katrin Vogel"),
        (
            Person("jonas.keller@rheintal.example", "Jonas Keller"),
            Person("miriam.busch@rheintal.example", "Miriam Busch"),
        ),
    ),
    Buyer(
        BRANDT,
        "DE",
        "Europe/Berlin",
        "EUR",
        AM,
        Person("stefan.brandt@brandt.example", "Stefan Brandt"),
        (Person("nele.thiel@brandt.example", "Nele Thiel"),),
    ),
    Buyer(
        CASCADE,
        "US",
        "America/Los_Angeles",
        "USD",
        DANA,
        Person("rachel.kim@cascade.example", "Rachel Kim"),
        (Person("diego.ramos@cascade.example", "Diego Ramos"), Person("amy.fields@cascade.example", "Amy Fields")),
    ),
    Buyer(
        LAKESHORE,
        "US",
        "America/Chicago",
        "USD",
        DANA,
        Person("marcus.hale@lakeshore.example", "Marcus Hale"),
        (Person("tina.osborne@lakeshore.example", "Tina Osborne"),),
    ),
    Buyer(
        KIKUCHI,
        "JP",
        "Asia/Tokyo",
        "JPY",
        KENJI,
        Person("haruka.kikuchi@kikuchi.example", "Haruka Kikuchi"),
        (Person("sota.arai@kikuchi.example", "Sota Arai"),),
    ),
    Buyer(
        SAKURA,
        "JP",
        "Asia/Tokyo",
        "JPY",
        KENJI,
        Person("yui.tanabe@sakura.example", "Yui Tanabe"),
        (),
    ),
    Buyer(
        THAMES,
        "GB",
        "Europe/London",
        "GBP",
        MIKKO,
        Person("oliver.hart@thames.example", "Oliver Hart"),
        (Person("priya.nair@thames.example", "Priya Nair"),),
    ),
    Buyer(
        VERDI,
        "IT",
        "Europe/Rome",
        "EUR",
        AM,
        Person("elena.verdi@verdi.example", "Elena Verdi"),
        (),
        language="it",
    ),
)


BILLING: dict[str, dict[str, str]] = {
    GLOBEX: {
        "billing_name": "Globex Oy, Accounts",
        "billing_address": "Esimerkkikatu 5\n00100 Helsinki\nFinland",
        "vat_id": "FI00000000",
        "purchase_order": "PO-2026-118",
        "billing_email": "accounts@globex.example",
    },
    RHEINTAL: {
        "billing_name": "Rheintal Versicherung AG",
        "billing_address": "Musterweg 12\n53111 Bonn\nGermany",
        "billing_email": "rechnung@rheintal.example",
    },
}
"""To whom statements are made out, where it is recorded."""


def open_accounts(staff: dict[str, User], *, by: User, password_hash: str, now: datetime) -> dict[str, Account]:
    """The customers with their leads and people, by name."""
    accounts = {buyer.name: _open(buyer, staff[buyer.lead], by, password_hash, now) for buyer in BUYERS}
    changes = [BillingChange(accounts[name].customer, values) for name, values in BILLING.items()]
    change_billing_details(changes, by=by, now=now)
    return accounts


def _open(buyer: Buyer, lead: User, by: User, password_hash: str, now: datetime) -> Account:
    customer = create_customer(
        name=buyer.name,
        country=buyer.country,
        time_zone=buyer.zone,
        language=buyer.language,
        currency=buyer.currency,
        lead=lead,
        by=by,
        now=now,
    )
    admin = _invite(customer, buyer.admin, Membership.Kind.ADMIN, password_hash, now, by=by)
    assign_contact(customer=customer, kind=ContactAssignment.Kind.PRIMARY_CONTACT, person=admin, by=admin, now=now)
    people = [
        _invite(customer, member, Membership.Kind.MEMBER, password_hash, now, by=admin) for member in buyer.members
    ]
    return Account(customer, admin, people)


def _invite(customer: Customer, person: Person, kind: str, password_hash: str, now: datetime, *, by: User) -> User:
    user, _is_new = invite_member(customer=customer, email=person.email, name=person.name, kind=kind, now=now, by=by)
    user.password = password_hash
    user.language = person.language or customer.language
    user.save(update_fields=["password", "language"])
    return user
