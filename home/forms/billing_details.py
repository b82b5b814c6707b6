"""What is typed about whom a customer's statements are made out to."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.text import is_plain
from customers.domain.billing_details import FIELDS
from customers.models import BillingDetails


class BillingDetailsForm(forms.Form):
    """A customer's billing details. All of them may be empty."""

    billing_name = forms.CharField(label=gettext_lazy("Name on the statement"), max_length=200, required=False)
    billing_address = forms.CharField(
        label=gettext_lazy("Address"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 4})
    )
    vat_id = forms.CharField(label=gettext_lazy("VAT id"), max_length=30, required=False)
    purchase_order = forms.CharField(
        label=gettext_lazy("Purchase order"),
        max_length=60,
        required=False,
        help_text=gettext_lazy("Printed on every statement."),
    )
    billing_email = forms.EmailField(
        label=gettext_lazy("E-mail address for statements"), max_length=254, required=False
    )

    @classmethod
    def of(cls, details: BillingDetails, data: Any) -> "BillingDetailsForm":
        """The form, filled with what is stored."""
        return cls(data, initial={name: getattr(details, name) for name in FIELDS})

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        for name, text in list(cleaned.items()):
            if not is_plain(text, lines=name == "billing_address"):
                sentence = _("This holds characters that cannot be seen, or that turn the text round. Type it anew.")
                self.add_error(name, ValidationError(sentence, code="characters"))
        if cleaned.get("billing_address"):
            cleaned["billing_address"] = "\n".join(cleaned["billing_address"].splitlines())
        return cleaned
