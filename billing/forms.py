"""What finance, operations and customers type about money."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import get_language, gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from billing.domain.questions import LONGEST_WORDS, Correction
from core.form_fields import DurationField
from core.formatting import format_instant, format_minutes
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


class QuestionForm(forms.Form):
    """What a customer doubts."""

    words = forms.CharField(
        label=_("What is not right?"),
        help_text=_("For example: this took 45 minutes, not 60."),
        max_length=LONGEST_WORDS,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    minutes = DurationField(
        label=_("The time that you think right"),
        help_text=_("Leave it empty if it is about something else. 0:00 if it did not take place."),
        min_minutes=0,
        required=False,
    )


class MessageForm(forms.Form):
    """A short message about a question."""

    words = forms.CharField(label=_("Message"), max_length=LONGEST_WORDS, widget=forms.Textarea(attrs={"rows": 3}))


class SettlementForm(forms.Form):
    """How a question ends: upheld with the correction that followed, or rejected with a reason."""

    REJECT = "reject"
    outcome = forms.ChoiceField(label=_("Outcome"), widget=forms.RadioSelect)
    reason = forms.CharField(
        label=_("Answer"),
        help_text=_("The customer reads it. Needed where the line stays as it is."),
        max_length=LONGEST_WORDS,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, corrections: Sequence[Correction], **options: Any) -> None:
        super().__init__(*args, **options)
        self._corrections = {correction.key: correction for correction in corrections}
        outcome = self.fields["outcome"]
        assert isinstance(outcome, forms.ChoiceField)
        outcome.choices = [
            *((key, correction_in_words(correction)) for key, correction in self._corrections.items()),
            (self.REJECT, _("The line stays as it is")),
        ]

    @property
    def correction(self) -> Correction | None:
        """The correction that was chosen; None where the question is rejected."""
        return self._corrections.get(self.cleaned_data["outcome"])


def correction_in_words(correction: Correction) -> str:
    """How a person recognises a correction."""
    facts = {
        "day": format_instant(correction.at, timezone.get_current_timezone_name(), get_language() or "en"),
        "minutes": format_minutes(abs(correction.minutes)),
    }
    match correction.kind:
        case "reversal":
            return gettext("The customer is right: the entry was reversed, %(day)s") % facts
        case "adjustment":
            return gettext("The customer is right: %(minutes)s were added to the contract, %(day)s") % facts
    return gettext("The customer is right: its overage is a courtesy, %(day)s") % facts


class InvoiceForm(forms.Form):
    """Under which number of the books a statement was invoiced."""

    reference = forms.CharField(label=_("Invoice number"), max_length=60)
    invoiced_on = forms.DateField(
        label=_("Date of the invoice"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
