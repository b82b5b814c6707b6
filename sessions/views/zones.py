"""The two zones in which a meeting is shown: the reader's first, then the other side's (UX: both where two meet)."""

from customers.domain.roles import is_staff
from customers.models import User


def other_zone_of(reader: User, *, customer_zone: str, staff_zone: str) -> str:
    """The zone of those whom `reader` meets: the customer's for staff, the staff member's for everybody else."""
    return customer_zone if is_staff(reader) else staff_zone
