"""What finance and operations type."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.money import CURRENCY_CHOICES
from customers.models import User
from packages.domain.contracts import contracts_visible_to
from packages.models import Contract


class ContractChoice(forms.ModelChoiceField):  # type: ignore[type-arg]  # takes no parameters when it runs
    """A contract by customer, package, number and currency."""

    def label_from_instance(self, contract: Contract) -> str:
        package = contract.package_version.package.name
        return f"{contract.customer.name} · {package} · {contract.reference} · {contract.currency}"


class RateLineForm(forms.Form):
    """A new line of the rate card."""

    contract = ContractChoice(
        label=pgettext_lazy("rate", "Holds for"),
        queryset=Contract.objects.none(),
        required=False,
        empty_label=_("Every contract in the currency (general rate)"),
        help_text=_("A rate negotiated for one contract goes before the general one."),
    )
    currency = forms.ChoiceField(label=_("Currency"), choices=CURRENCY_CHOICES)
    hourly_rate = forms.DecimalField(
        label=_("Hourly rate"),
        required=False,
        localize=True,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
        help_text=_("Empty on a negotiated line: from that day the general rate holds again."),
    )
    valid_from = forms.DateField(
        label=_("In force from"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("Holds until the next line. A line is never edited: a new one follows it."),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        contract = self.fields["contract"]
        assert isinstance(contract, ContractChoice)
        contract.queryset = contracts_visible_to(user).filter(voided_at__isnull=True).order_by("customer__name", "pk")
