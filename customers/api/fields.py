"""People and customers in the input: only those that the caller may know of exist."""

from collections.abc import Callable
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from core.api.fields import LARGEST_ID
from core.text import is_plain
from customers.models import User

MOST_DIGITS = 19
_ID = {"type": "integer", "minimum": 1, "maximum": LARGEST_ID}
_ADDRESS = {"type": "string", "format": "email"}


@extend_schema_field(_ID)
class Visible(serializers.Field[Any, Any, Any, Any]):
    """The id of an object that the caller sees: one of another customer is as unknown as one that never was.

    :param visible_to: the app's `…_visible_to(user)`
    :param in_address: whether the id stands in the address, as digits, instead of in the body, as a number
    """

    default_error_messages: ClassVar[dict[str, Any]] = {
        "invalid": _("Write the id as a whole number."),
        "does_not_exist": _("There is nothing with this id."),
    }

    def __init__(self, visible_to: Callable[[User], QuerySet[Any]], *, in_address: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.visible_to = visible_to
        self.in_address = in_address

    def to_internal_value(self, data: Any) -> Any:
        """The object."""
        if self.in_address and _is_number(data):
            data = int(data)
        if not isinstance(data, int) or isinstance(data, bool):
            self.fail("invalid")
        found = self.visible_to(self.context["person"]).filter(pk=data).first() if 0 < data <= LARGEST_ID else None
        if found is None:
            self.fail("does_not_exist")
        return found

    def to_representation(self, value: Any) -> Any:
        """The id."""
        return value.pk


def _is_number(text: Any) -> bool:
    return isinstance(text, str) and text.isascii() and text.isdecimal() and len(text) <= MOST_DIGITS


@extend_schema_field(_ADDRESS)
class StaffByEmail(serializers.Field[Any, Any, Any, Any]):
    """One of the provider's people, by e-mail address."""

    default_error_messages: ClassVar[dict[str, Any]] = {
        "invalid": _("Write the e-mail address of one of the provider's people."),
        "does_not_exist": _("Nobody of the provider's staff has this address."),
    }

    def to_internal_value(self, data: Any) -> User:
        """The person, with their profile."""
        if not isinstance(data, str) or not is_plain(data, lines=False):
            self.fail("invalid")
        person = (
            User.objects.filter(email__iexact=data.strip(), is_active=True, staff_profile__isnull=False)
            .select_related("staff_profile")
            .first()
        )
        if person is None:
            self.fail("does_not_exist")
        return person

    def to_representation(self, value: Any) -> Any:
        """The address."""
        return value.email
