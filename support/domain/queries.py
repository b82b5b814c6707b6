"""The only way to requests, their files and orders: what is not visible does not exist (DOMAIN.md §9, §12)."""

from django.db.models import Prefetch, Q, QuerySet

from customers.domain.queries import served_scope
from customers.domain.roles import administered_by, delivers, is_staff, memberships_of, roles_of
from customers.models import Customer, Role, User
from support.models import Order, OrderImport, OrderLine, RequestAttachment, RequestMessage, SupportRequest


def _staff_scope(user: User, path: str = "") -> Q:
    """The condition "a customer whose requests `user` answers": those they serve, for operations leads all.

    Finance sees no conversations (DOMAIN.md §12).
    """
    if Role.OPERATIONS in roles_of(user):
        return Q(**{f"{path or 'pk'}__isnull": False})
    return served_scope(user, path) if delivers(user) else Q(pk__in=[])


def requests_visible_to(user: User) -> QuerySet[SupportRequest]:
    """Admins see all requests of their customers, members those that they opened, staff those of whom they serve."""
    own = Q(opened_by=user, customer__in=list(memberships_of(user)))
    scope = own | Q(customer__in=administered_by(user)) | _staff_scope(user, "customer")
    return SupportRequest.objects.filter(scope).select_related("customer", "opened_by", "order")


def requests_answered_by(user: User) -> QuerySet[SupportRequest]:
    """The requests of the customers for whom `user` answers."""
    return SupportRequest.objects.filter(_staff_scope(user, "customer")).select_related("customer", "opened_by")


def messages_visible_to(user: User) -> QuerySet[RequestMessage]:
    """What was written in the requests that `user` sees; notes of the staff only for those who answer the request."""
    messages = RequestMessage.objects.filter(request__in=requests_visible_to(user).order_by().values("pk"))
    seen = Q(internal=False)
    if is_staff(user):
        seen |= Q(request__in=requests_answered_by(user).order_by().values("pk"))
    return messages.filter(seen).select_related("author")


def attachments_visible_to(user: User) -> QuerySet[RequestAttachment]:
    """The files that go with the messages that `user` sees."""
    return RequestAttachment.objects.filter(message__in=messages_visible_to(user).order_by().values("pk"))


def orders_visible_to(user: User) -> QuerySet[Order]:
    """The orders of the customers that `user` administers or serves; operations leads see all. Members see none."""
    scope = Q(customer__in=administered_by(user)) | _staff_scope(user, "customer")
    return Order.objects.filter(scope).select_related("customer", "entered_by")


def lines_visible_to(user: User) -> QuerySet[OrderLine]:
    """The lines of the orders that `user` sees."""
    return OrderLine.objects.filter(order__in=orders_visible_to(user).order_by().values("pk"))


def served_customers(user: User) -> QuerySet[Customer]:
    """The customers for whom `user` answers requests and keeps orders."""
    return Customer.objects.filter(_staff_scope(user)).order_by("name", "pk")


def own_customers(user: User) -> QuerySet[Customer]:
    """The customers that `user` belongs to and for which they may open requests."""
    return Customer.objects.filter(pk__in=list(memberships_of(user))).order_by("name", "pk")


def imports_visible_to(user: User) -> QuerySet[OrderImport]:
    """Imports of orders: an operations lead sees all, others those that they brought themselves."""
    imports = OrderImport.objects.select_related("uploaded_by")
    if Role.OPERATIONS in roles_of(user):
        return imports
    return imports.filter(uploaded_by=user) if delivers(user) else imports.none()


def with_lines(orders: QuerySet[Order]) -> QuerySet[Order]:
    """`orders` with everything that the answers to a return are derived from, in three queries more."""
    return orders.prefetch_related(Prefetch("lines", OrderLine.objects.prefetch_related("exceptions", "items")))
