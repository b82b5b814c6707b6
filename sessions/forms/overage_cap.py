"""What a customer admin types about the cap on overage."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.db.models import TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.form_fields import DurationField
from customers.models import User
from sessions.domain.overage_cap_changes import MOST_MINUTES, CapWanted
from sessions.models import OverageCap


class Kind(TextChoices):
    """What the cap counts."""

    NONE = "none", gettext_lazy("No cap: every customer admin accepts overage")
    MINUTES = "minutes", gettext_lazy("Time a month")
    AMOUNT = "amount", gettext_lazy("Money a month")


class OverageCapForm(forms.Form):
    """A kind, its figure, and who accepts more."""

    kind = forms.ChoiceField(
        label=gettext_lazy("What is counted"), choices=Kind.choices, widget=forms.RadioSelect, initial=Kind.NONE
    )
    minutes = DurationField(
        label=gettext_lazy("Overage a month"),
        required=False,
        min_minutes=0,
        max_minutes=MOST_MINUTES,
        help_text=gettext_lazy("Such as 2:00."),
    )
    amount = forms.DecimalField(
        label=gettext_lazy("Cost a month"),
        required=False,
        localize=True,
        min_value=Decimal(0),
        max_digits=12,
        decimal_places=2,
        help_text=gettext_lazy("Such as 250."),
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )
    approver = forms.TypedChoiceField(
        label=gettext_lazy("Who accepts more"),
        coerce=int,
        empty_value=None,
        required=False,
        help_text=gettext_lazy(
            "With a cap of 0 this person accepts every overage. From then on only they change the cap."
        ),
        error_messages={"invalid_choice": gettext_lazy("Choose one of the customer admins.")},
    )

    def __init__(self, data: Any, *, cap: OverageCap | None, admins: Sequence[User], currency: str) -> None:
        super().__init__(data, initial=_initial(cap))
        self._admins = {person.pk: person for person in admins}
        approver = self.fields["approver"]
        assert isinstance(approver, forms.ChoiceField)
        approver.choices = [("", _("Choose a person")), *((str(person.pk), str(person)) for person in admins)]
        self.fields["amount"].label = _("Cost a month in %(currency)s") % {"currency": currency}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        kind = cleaned.get("kind")
        for name, sentence in (
            (Kind.MINUTES, _("Enter how much time a month.")),
            (Kind.AMOUNT, _("Enter how much money a month.")),
        ):
            if kind == name and cleaned.get(name) is None and name not in self.errors:
                self.add_error(name, sentence)
            if kind is not None and kind != name and cleaned.get(name) is not None and name in self.changed_data:
                self.add_error("kind", _("You typed a figure: choose what is counted, or leave it empty."))
        if kind in (Kind.MINUTES, Kind.AMOUNT) and cleaned.get("approver") is None and "approver" not in self.errors:
            self.add_error("approver", _("Choose who accepts more."))
        return cleaned

    def wanted(self) -> CapWanted | None:
        """The cap that was typed, None for no cap; the form must be valid."""
        typed = self.cleaned_data
        if typed["kind"] == Kind.NONE:
            return None
        counted = {typed["kind"]: typed[typed["kind"]]}
        return CapWanted(approver=self._admins[typed["approver"]], **counted)


def _initial(cap: OverageCap | None) -> dict[str, Any]:
    if cap is None:
        return {}
    return {
        "kind": Kind.MINUTES if cap.amount is None else Kind.AMOUNT,
        "minutes": cap.minutes,
        "amount": cap.amount,
        "approver": cap.approver_id,
    }
