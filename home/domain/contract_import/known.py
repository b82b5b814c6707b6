"""What the portal knows already of what a file speaks of: a fixed number of queries, however many rows there are."""

import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from billing.domain.first_rates import ClosedCalendar
from customers.domain.new_customers import people_behind
from customers.models import BillingDetails, Customer, User
from home.models import ImportedContract
from packages.domain.queries import versions_on_sale
from packages.domain.terms import any_terms
from packages.models import Contract, PackageVersion, RateLine

REFERENCES_A_QUERY = 1000
UNKNOWN_PERSON = _("None of our people has this address.")


@dataclass(slots=True)
class Known:
    """Customers by the key of their name, contracts by reference, people by address, what is on sale."""

    versions: dict[str, PackageVersion]
    customers: dict[str, list[Customer]]
    billing: dict[int, BillingDetails]
    people: dict[str, User]
    by_reference: dict[str, Contract]
    without_reference: dict[tuple[int, str, date], list[Contract]]
    first_rates: dict[int, Decimal | None]
    closed: ClosedCalendar
    has_terms: bool

    @classmethod
    def load(cls, *, rows: Iterable[tuple[str, str]], emails: Iterable[str]) -> "Known":
        """Read what concerns these rows (a customer's name and a contract's reference each) and e-mail addresses."""
        keyed = [(name_key(name), reference) for name, reference in rows]
        customers = _customers_by_key({key for key, _reference in keyed})
        by_reference = _contracts_by_reference({reference for _key, reference in keyed})
        unknown = {key for key, reference in keyed if reference not in by_reference}
        return cls(
            versions=_versions_by_words(),
            customers=customers,
            billing=BillingDetails.objects.in_bulk([each.pk for many in customers.values() for each in many]),
            people=people_behind(emails),
            by_reference=by_reference,
            without_reference=_contracts_without_reference(
                [each.pk for key in unknown for each in customers.get(key, [])]
            ),
            first_rates=_first_rates(by_reference.values()),
            closed=ClosedCalendar.load(),
            has_terms=any_terms(),
        )


def name_key(name: str) -> str:
    """What makes two spellings of a customer's name the same: neither case, nor white space, nor how accents are coded.

    This is how a row finds its customer (docs/contract-import.md).
    """
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def _customers_by_key(keys: set[str]) -> dict[str, list[Customer]]:
    """The customers whose names have these keys. All names are read, because the database cannot make the keys."""
    found: dict[str, list[Customer]] = defaultdict(list)
    for customer in Customer.objects.order_by("pk"):
        key = name_key(customer.name)
        if key in keys:
            found[key].append(customer)
    return dict(found)


def _versions_by_words() -> dict[str, PackageVersion]:
    """The newest version of each package, by its code and by its name in small letters."""
    return {
        words: version
        for version in versions_on_sale()
        for words in (version.package.code, version.package.name.casefold())
    }


def _contracts_by_reference(references: set[str]) -> dict[str, Contract]:
    wanted = sorted(references)
    found: dict[str, Contract] = {}
    for start in range(0, len(wanted), REFERENCES_A_QUERY):
        imported = ImportedContract.objects.filter(reference__in=wanted[start : start + REFERENCES_A_QUERY])
        # One simple query a table: a join of four is planned badly right after thousands of rows were added.
        for each in imported.prefetch_related("contract__customer", "contract__package_version__package"):
            found[each.reference] = each.contract
    return found


def _contracts_without_reference(customers: list[int]) -> dict[tuple[int, str, date], list[Contract]]:
    """Contracts that were signed by hand, by customer, package and first day."""
    contracts = Contract.objects.filter(customer__in=customers, voided_at__isnull=True)
    found: dict[tuple[int, str, date], list[Contract]] = defaultdict(list)
    for contract in contracts.prefetch_related("customer", "package_version__package", "imported").order_by("pk"):
        if not hasattr(contract, "imported"):
            found[contract.customer_id, contract.package_version.package.code, contract.starts_on].append(contract)
    return found


def _first_rates(contracts: Iterable[Contract]) -> dict[int, Decimal | None]:
    """The rate that was negotiated for each contract from its first day on, by contract."""
    starts = {contract.pk: contract.starts_on for contract in contracts}
    return {
        line.contract_id: line.hourly_rate
        for line in RateLine.objects.filter(contract__in=list(starts))
        if line.contract_id is not None and line.valid_from == starts[line.contract_id]
    }
