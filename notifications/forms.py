"""Which mails a person wants, and which ones staff look for."""

from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from customers.models import User
from notifications.domain.kinds import all_kinds
from notifications.domain.muting import kinds_to_choose_for
from notifications.models import Message


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


class OutboxFilterForm(forms.Form):
    """Filters of the list of mail. What cannot be read narrows nothing."""

    q = forms.CharField(label=_("To"), required=False, max_length=200)
    kind = forms.ChoiceField(label=_("What"), required=False, choices=())
    state = forms.ChoiceField(label=_("State"), required=False, choices=[("", _("All states")), *Message.State.choices])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["kind"]
        assert isinstance(field, forms.ChoiceField)
        kinds = sorted(((kind.code, str(kind.label)) for kind in all_kinds()), key=lambda each: each[1])
        field.choices = [("", _("All kinds")), *kinds]

    @property
    def is_narrowing(self) -> bool:
        """Whether anything is filtered out."""
        self.is_valid()
        return any(self.cleaned_data.values())

    def narrow(self, mails: QuerySet[Message]) -> QuerySet[Message]:
        """Those of `mails` that the filters leave."""
        self.is_valid()
        if words := self.cleaned_data.get("q"):
            mails = mails.filter(Q(recipient_name__icontains=words) | Q(recipient_email__icontains=words))
        exact = {name: value for name in ("kind", "state") if (value := self.cleaned_data.get(name))}
        return mails.filter(**exact)
