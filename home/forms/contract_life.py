"""What is typed when a contract is renewed, when its end moves, and when it is voided."""

from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from core.formatting import format_money
from core.sentences import said_later
from customers.models import Customer
from home.domain.contract_life.ends import LONGEST_REASON
from home.domain.contract_life.renewals import Renewal
from packages.models import Contract
from sessions.forms.contracts import ContractForm


def _reason() -> forms.CharField:
    return forms.CharField(
        label=_("Reason"),
        help_text=_("The customer reads it, in the mail and in the history."),
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class EndForm(forms.Form):
    """Another last day, and why."""

    ends_on = forms.DateField(
        label=_("New last day"),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        help_text=_("It belongs to the contract."),
    )
    reason = _reason()


class VoidForm(forms.Form):
    """Why a contract is voided."""

    reason = _reason()


class RenewalForm(ContractForm):
    """The form of signing, for the customer of the contract before, prefilled from it."""

    keep_rate = forms.BooleanField(label=_("Negotiated rate"), required=False)

    def __init__(self, *args: Any, renews: Contract, proposed: Renewal, **options: Any) -> None:
        """Prefill from `proposed`; the negotiated rate is offered where there is one."""
        initial = {
            "package_version": proposed.version,
            "starts_on": proposed.starts_on,
            "ends_on": proposed.ends_on,
            "dedicated": proposed.dedicated,
            "others": proposed.others,
            "types_switched_off": proposed.types_switched_off,
            "keep_rate": True,
        }
        super().__init__(*args, initial=initial, customers=Customer.objects.none(), **options)
        del self.fields["customer"]
        if proposed.negotiated_rate is None:
            del self.fields["keep_rate"]
        else:
            sentence = _("Keep the negotiated rate of %(rate)s an hour")
            amount = format_money(proposed.negotiated_rate, renews.currency, get_language() or "en")
            self.fields["keep_rate"].label = said_later(sentence, {"rate": amount})

    def typed(self) -> dict[str, Any]:
        """What was typed, as `renew_contract` takes it."""
        return {"keep_rate": False, **self.cleaned_data}
