"""The only way to a statement: what is not visible does not exist (DOMAIN.md §12)."""

from django.db.models import OuterRef, Prefetch, Q, QuerySet, Subquery

from billing.models import LineQuestion, Statement, StatementInvoice, StatementLine
from customers.domain.queries import served_scope
from customers.domain.roles import administered_by, delivers, sees_all_customers
from customers.models import User


def statements_visible_to(user: User) -> QuerySet[Statement]:
    """Statements with their customer and close, and as `invoiced_as` the reference that finance gave them last.

    Customer admins see their own customer's, delivery staff those of the customers they serve, finance and operations
    all; plain members none.
    """
    invoices = StatementInvoice.objects.filter(statement=OuterRef("pk")).order_by("-pk")
    return (
        Statement.objects.filter(_billed_scope(user, "customer"))
        .select_related("customer", "close")
        .annotate(
            invoiced_as=Subquery(invoices.values("reference")[:1]),
            invoiced_on=Subquery(invoices.values("invoiced_on")[:1]),
        )
    )


def lines_visible_to(user: User) -> QuerySet[StatementLine]:
    """The lines of the statements that `user` sees."""
    return StatementLine.objects.filter(_billed_scope(user, "statement__customer"))


def questions_visible_to(user: User) -> QuerySet[LineQuestion]:
    """What is asked about the lines and entries of the customers whose statements `user` sees."""
    return LineQuestion.objects.filter(_billed_scope(user, "entry__contract__customer")).select_related(
        "entry__contract__customer", "entry__staff", "entry__session", "line__statement", "asked_by"
    )


def _billed_scope(user: User, path: str) -> Q:
    """The condition "of a customer whose bills `user` sees" on whatever reaches the customer by `path`."""
    if sees_all_customers(user):
        return Q()
    scope = Q(**{f"{path}__in": administered_by(user)})
    if delivers(user):
        scope |= served_scope(user, path)
    return scope


def with_their_entries(lines: QuerySet[StatementLine]) -> QuerySet[StatementLine]:
    """`lines` with what a page says of each: the entry, its session, who delivered, the contract, what was asked."""
    return lines.select_related(
        "statement__customer",
        "contract__package_version__package",
        "entry__session",
        "entry__staff",
        "entry__reversed_by",
        "caused_by",
    ).prefetch_related(Prefetch("questions", LineQuestion.objects.order_by("-pk")))
