"""Which mails a person wants."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from customers.models import User
from notifications.domain.muting import kinds_to_choose_for


class WantedMailForm(forms.Form):
    """A tick for every kind of mail that `person` may switch off."""

    wanted = forms.MultipleChoiceField(
        label=_("Send me"), required=False, widget=forms.CheckboxSelectMultiple, choices=()
    )

    def __init__(self, *args: Any, person: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._offered = kinds_to_choose_for(person)
        field = self.fields["wanted"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = [(kind.code, kind.label) for kind in self._offered]

    def unwanted(self) -> set[str]:
        """The codes that have no tick; call it on a valid form."""
        return {kind.code for kind in self._offered} - set(self.cleaned_data["wanted"])
