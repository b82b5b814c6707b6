"""The only way to a statement: what is not visible does not exist (DOMAIN.md §12)."""

from django.db.models import OuterRef, Q, QuerySet, Subquery

from billing.models import Statement, StatementInvoice, StatementLine
from customers.domain.queries import served_scope
from customers.domain.roles import administered_by, delivers, sees_all_customers
from customers.models import User


def statements_visible_to(user: User) -> QuerySet[Statement]:
    """Statements with their customer and close, and as `invoiced_as` the reference that finance gave them last.

    Customer admins see their own customer's, delivery staff those of the customers they serve, finance and operations
    all; plain members none.
    """
    scope = Q()
    if not sees_all_customers(user):
        scope = Q(customer__in=administered_by(user))
        if delivers(user):
            scope |= served_scope(user, "customer")
    invoices = StatementInvoice.objects.filter(statement=OuterRef("pk")).order_by("-pk").values("reference")
    return (
        Statement.objects.filter(scope).select_related("customer", "close").annotate(invoiced_as=Subquery(invoices[:1]))
    )


def with_their_entries(lines: QuerySet[StatementLine]) -> QuerySet[StatementLine]:
    """`lines` with what a page says of each: the entry, its session, who delivered, the contract."""
    return lines.select_related(
        "statement__customer", "contract__package_version__package", "entry__session", "entry__staff", "caused_by"
    )
