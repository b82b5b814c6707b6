"""Which mails a person wants."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from notifications.domain.kinds import mutable_kinds


class WantedMailForm(forms.Form):
    """A tick for every kind of mail that may be switched off."""

    wanted = forms.MultipleChoiceField(
        label=_("Send me"), required=False, widget=forms.CheckboxSelectMultiple, choices=()
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["wanted"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = [(kind.code, kind.label) for kind in mutable_kinds()]

    def unwanted(self) -> set[str]:
        """The codes that have no tick; call it on a valid form."""
        return {kind.code for kind in mutable_kinds()} - set(self.cleaned_data["wanted"])
