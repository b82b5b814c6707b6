"""What a customer's statements carry, and who may see and change it (DOMAIN.md §6)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from core.models import AuditEvent
from customers.domain.roles import Right, is_admin_of, rights_of
from customers.models import BillingDetails, Customer, User

FIELDS = ("billing_name", "billing_address", "vat_id", "purchase_order", "billing_email")
CHANGED = "billing_details.change"
ROWS_A_QUERY = 1000


@dataclass(frozen=True, slots=True)
class BillingChange:
    """What a customer's billing details are to say; fields that are not named stay as they are."""

    customer: Customer
    values: Mapping[str, str]


def may_see_billing_details(user: User, customer: Customer) -> bool:
    """The customer's admins, operations and finance; who delivers does not need them."""
    return is_admin_of(user, customer.pk) or bool({Right.MANAGE_CUSTOMERS, Right.SEE_BILLING} & rights_of(user))


def billing_details_of(customer: Customer) -> BillingDetails:
    """The customer's billing details; empty ones, not stored, where there are none yet."""
    return BillingDetails.objects.filter(customer=customer).first() or BillingDetails(customer=customer)


@transaction.atomic
def change_billing_details(changes: Sequence[BillingChange], *, by: User, now: datetime) -> int:
    """Write billing details of as many customers as are named, and who changed what from what into the audit trail.

    What says already what it is to say is left alone. Returns how many customers changed.
    """
    customers = [change.customer.pk for change in changes]
    # Rows are locked in the order of their keys: two who change the same customers queue instead of colliding.
    list(Customer.objects.select_for_update(no_key=True).filter(pk__in=customers).order_by("pk").values_list("pk"))
    stored = BillingDetails.objects.in_bulk(customers)
    changed: list[tuple[BillingDetails, dict[str, list[str]]]] = []
    for change in changes:
        details = stored.get(change.customer.pk) or BillingDetails(customer=change.customer)
        differences = {
            field: [getattr(details, field), value]
            for field, value in change.values.items()
            if getattr(details, field) != value
        }
        for field, (_before, value) in differences.items():
            setattr(details, field, value)
        if differences:
            changed.append((details, differences))
    BillingDetails.objects.bulk_create(
        [details for details, _differences in changed],
        batch_size=ROWS_A_QUERY,
        update_conflicts=True,
        unique_fields=["customer"],
        update_fields=list(FIELDS),
    )
    AuditEvent.objects.bulk_create(
        [
            AuditEvent(
                at=now,
                actor=by,
                verb=CHANGED,
                object_type="customer",
                object_id=details.customer_id,
                details=differences,
            )
            for details, differences in changed
        ],
        batch_size=ROWS_A_QUERY,
    )
    return len(changed)
