"""What is typed about an API token."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from customers.models import TokenScope

UNTIL_REVOKED = "never"
LIFETIMES = [
    ("30", _("30 days")),
    ("90", _("90 days")),
    ("365", _("1 year")),
    (UNTIL_REVOKED, _("Until it is revoked")),
]


class TokenForm(forms.Form):
    """A token: what uses it, what it may do, and for how long."""

    name = forms.CharField(
        label=_("Name"), max_length=100, help_text=_("What will use it, such as “Payroll export”. Only you see it.")
    )
    scopes = forms.MultipleChoiceField(
        label=_("What it may do"),
        widget=forms.CheckboxSelectMultiple,
        choices=(),
        help_text=_("Never more than you may do yourself. Tick as little as is needed."),
        error_messages={"required": _("Choose at least one thing that the token may do.")},
    )
    lifetime = forms.ChoiceField(
        label=_("How long it works"), choices=LIFETIMES, initial="90", help_text=_("You can revoke it at any time.")
    )

    def __init__(self, *args: Any, scopes: Iterable[TokenScope], **options: Any) -> None:
        """Offer `scopes`: those that open anything to the person."""
        super().__init__(*args, **options)
        field = self.fields["scopes"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = [(scope.value, scope.label) for scope in scopes]

    def ends_at(self, *, now: datetime) -> datetime | None:
        """When the token ends, None for never; call it on a valid form."""
        lifetime: str = self.cleaned_data["lifetime"]
        return None if lifetime == UNTIL_REVOKED else now + timedelta(days=int(lifetime))
