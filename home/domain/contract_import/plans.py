"""What a file without faults is to write."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from customers.domain.billing_details import BillingChange
from customers.domain.new_customers import NewCustomer
from customers.models import Customer, User
from packages.models import Contract, PackageVersion


class Outcome(StrEnum):
    """What a row does."""

    NEW_CUSTOMER = "new_customer"
    NEW_CONTRACT = "new_contract"
    GETS_REFERENCE = "gets_reference"
    HERE = "here"


@dataclass(frozen=True, slots=True)
class PlannedCustomer:
    """An account to open, its first admin, and its billing details."""

    new: NewCustomer
    contact_name: str
    contact_email: str
    billing: dict[str, str]


@dataclass(frozen=True, slots=True)
class PlannedContract:
    """A contract to sign, for a customer that is here or for the one that is planned under `customer_key`."""

    reference: str
    customer: Customer | None
    customer_key: str
    version: PackageVersion
    starts_on: date
    ends_on: date
    dedicated: User
    hourly_rate: Decimal | None


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that is to be written; `outcomes` says for each row of the file what it does."""

    customers: dict[str, PlannedCustomer] = field(default_factory=dict)
    contracts: list[PlannedContract] = field(default_factory=list)
    references: list[tuple[str, Contract]] = field(default_factory=list)
    billing: list[BillingChange] = field(default_factory=list)
    outcomes: dict[int, Outcome] = field(default_factory=dict)

    @property
    def changes_nothing(self) -> bool:
        """Whether everything is here already as the file says."""
        return not (self.customers or self.contracts or self.references or self.billing)
