"""What somebody types when a session moves, changes hands or gets another place."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from customers.models import Customer, User
from sessions.domain.places import LONGEST_PLACE
from sessions.models import ConsultingSession

LONGEST_REASON = 500


def _reason() -> forms.CharField:
    return forms.CharField(
        label=_("Reason"),
        help_text=_("Everybody who takes part reads it in the mail."),
        max_length=LONGEST_REASON,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class MoveForm(forms.Form):
    """Why, and what is accepted."""

    reason = _reason()
    accept_overage = forms.BooleanField(label=_("Overage"), required=False)
    quote = forms.CharField(required=False, max_length=2000, widget=forms.HiddenInput)


class ColleagueForm(forms.Form):
    """Who takes a session over."""

    to = forms.TypedChoiceField(
        label=_("To whom"),
        coerce=int,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose a person."), "invalid_choice": _("Choose one of the people below.")},
    )
    reason = _reason()

    def __init__(self, *args: Any, people: Sequence[User], **options: Any) -> None:
        """Offer `people`."""
        super().__init__(*args, **options)
        self._people = {person.pk: person for person in people}
        field = self.fields["to"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(str(person.pk), str(person)) for person in people]

    def clean_to(self) -> User:
        return self._people[self.cleaned_data["to"]]


class PlaceForm(forms.Form):
    """Where a session takes place."""

    place = forms.CharField(
        label=_("Video link or address"), max_length=LONGEST_PLACE, help_text=_("A link starts with https://.")
    )


class HandoverChoiceForm(forms.Form):
    """Whose coming sessions go to whom, of which customer. In the address."""

    staff = forms.TypedChoiceField(label=_("From"), coerce=int)
    to = forms.TypedChoiceField(label=_("To whom"), coerce=int)
    customer = forms.TypedChoiceField(label=_("Customer"), coerce=int, required=False, empty_value=None)

    def __init__(self, *args: Any, people: Sequence[User], customers: Sequence[Customer], **options: Any) -> None:
        """Offer `people` on both sides, and `customers`."""
        super().__init__(*args, **options)
        self._people = {person.pk: person for person in people}
        self._customers = {customer.pk: customer for customer in customers}
        named = [(str(person.pk), str(person)) for person in people]
        self._choices("staff", named)
        self._choices("to", [("", _("Choose a colleague")), *named])
        self._choices("customer", [("", _("All customers")), *((str(each.pk), each.name) for each in customers)])

    def clean_staff(self) -> User:
        return self._people[self.cleaned_data["staff"]]

    def clean_to(self) -> User:
        return self._people[self.cleaned_data["to"]]

    def clean_customer(self) -> Customer | None:
        chosen = self.cleaned_data["customer"]
        return None if chosen is None else self._customers[chosen]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if "staff" in cleaned and cleaned["staff"] == cleaned.get("to"):
            self.add_error("to", _("Choose somebody else."))
        return cleaned

    def _choices(self, name: str, choices: list[tuple[str, Any]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices


class HandoverForm(forms.Form):
    """Which of the sessions shown are handed over: those that are ticked, all of them or none."""

    sessions = forms.TypedMultipleChoiceField(
        coerce=int, error_messages={"required": _("Choose at least one session.")}
    )
    reason = _reason()

    def __init__(self, *args: Any, sessions: Sequence[ConsultingSession], **options: Any) -> None:
        """Let `sessions` be ticked."""
        super().__init__(*args, **options)
        self._sessions = {session.pk: session for session in sessions}
        field = self.fields["sessions"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = [(str(session.pk), session.reference) for session in sessions]

    def clean_sessions(self) -> list[ConsultingSession]:
        return [self._sessions[pk] for pk in self.cleaned_data["sessions"]]
