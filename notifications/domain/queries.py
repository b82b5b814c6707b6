"""The only way to the outbox: who looks after the portal's mail sees all of it, nobody else any (DOMAIN.md §12)."""

from django.db.models import QuerySet

from customers.domain.roles import Right, rights_of
from customers.models import User
from notifications.models import Message


def messages_visible_to(user: User) -> QuerySet[Message]:
    """The mail that `user` may know of."""
    messages = Message.objects.select_related("recipient")
    return messages if Right.SEE_OPERATIONS in rights_of(user) else messages.none()
