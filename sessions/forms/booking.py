"""What somebody chooses and types while booking. The choices travel in the address, what is typed in the POST."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.dateparse import parse_datetime
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core.dates import ZONE_NAMES
from customers.models import User
from packages.models import Contract
from packages.session_types import LENGTHS_IN_MINUTES, RULES, SessionType

MOST_GUESTS = 8
LONGEST_MESSAGE = 1000


class MeetingForm(forms.Form):
    """The first choice: which type, how long, with whom. Without a length it is the type's longest."""

    type = forms.ChoiceField(label=_("What the session is about"))
    minutes = forms.TypedChoiceField(label=_("Length"), coerce=int, empty_value=None, required=False)
    staff = forms.TypedChoiceField(label=_("With whom"), coerce=int)

    def __init__(self, *args: Any, contract: Contract, team: Sequence[User], **options: Any) -> None:
        super().__init__(*args, **options)
        self._team = {person.pk: person for person in team}
        self._choices("type", [(code, label) for code, label in SessionType.choices if _applies(code, contract)])
        self._choices("minutes", [(str(minutes), str(minutes)) for minutes in LENGTHS_IN_MINUTES])
        self._choices("staff", [(str(person.pk), str(person)) for person in team])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if "type" in cleaned:
            longest = RULES[cleaned["type"]].longest_minutes
            if cleaned.get("minutes") is None and "minutes" not in self.errors:
                cleaned["minutes"] = longest
            elif cleaned.get("minutes", 0) > longest:
                self.add_error("minutes", _("A session of this type is shorter."))
        if "staff" in cleaned:
            cleaned["staff"] = self._team[cleaned["staff"]]
        return cleaned

    def _choices(self, name: str, choices: list[tuple[str, Any]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices


def _applies(session_type: str, contract: Contract) -> bool:
    return session_type not in contract.types_switched_off


class CalendarForm(forms.Form):
    """Which part of the calendar is looked at, and in which zone. What cannot be read falls back to the default."""

    zone = forms.CharField(required=False, max_length=64)
    month = forms.DateField(required=False, input_formats=["%Y-%m"])
    day = forms.DateField(required=False, input_formats=["%Y-%m-%d"])

    def clean_zone(self) -> str:
        zone: str = self.cleaned_data["zone"]
        if zone and zone not in ZONE_NAMES:
            raise ValidationError(_("There is no such time zone."))
        return zone

    @property
    def zone(self) -> str | None:
        """The zone that was asked for; None for the reader's own."""
        return self._chosen("zone") or None

    @property
    def month(self) -> date | None:
        """The first day of the month that was asked for."""
        return self._chosen("month")

    @property
    def day(self) -> date | None:
        return self._chosen("day")

    def _chosen(self, name: str) -> Any:
        self.is_valid()
        return self.cleaned_data.get(name)


class StartField(forms.CharField):
    """An instant in the address: ISO 8601 with an offset, cleaned to aware UTC."""

    def clean(self, value: Any) -> datetime:
        typed = super().clean(value)
        try:
            instant = parse_datetime(typed.replace(" ", "+"))
            if instant is None or instant.tzinfo is None:
                raise ValueError(typed)
            return instant.astimezone(UTC)
        except (ValueError, OverflowError):
            raise ValidationError(_("Choose one of the free times."), code="invalid") from None


class StartForm(forms.Form):
    """The second choice: when."""

    starts = StartField(max_length=40)


class DetailsForm(forms.Form):
    """Who comes, what the staff should know, and what is accepted."""

    members = forms.TypedMultipleChoiceField(
        label=_("From your organisation"), coerce=int, required=False, widget=forms.CheckboxSelectMultiple
    )
    message = forms.CharField(
        label=_("Message"),
        help_text=_("What should we prepare? Which questions do you bring?"),
        required=False,
        max_length=LONGEST_MESSAGE,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    accept_overage = forms.BooleanField(required=False)
    quote = forms.CharField(required=False, max_length=2000, widget=forms.HiddenInput)

    def __init__(self, *args: Any, members: Sequence[User], **options: Any) -> None:
        super().__init__(*args, **options)
        self._members = {person.pk: person for person in members}
        field = self.fields["members"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = [(str(person.pk), _name_and_address(person)) for person in members]

    def chosen_members(self) -> list[User]:
        """The members who were ticked; the form must be valid."""
        return [self._members[pk] for pk in self.cleaned_data["members"]]


def _name_and_address(person: User) -> str | Promise:
    return f"{person.name} · {person.email}" if person.name else person.email


class GuestForm(forms.Form):
    """Somebody without an account, by name and e-mail address. An empty row is nobody."""

    name = forms.CharField(label=_("Name"), max_length=150)
    email = forms.EmailField(label=_("E-mail address"), max_length=254)


GuestFormSet = forms.formset_factory(
    GuestForm, extra=1, max_num=MOST_GUESTS, absolute_max=MOST_GUESTS, validate_max=True
)


class ReasonForm(forms.Form):
    """Why something is done to a session."""

    reason = forms.CharField(label=_("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))


class NoShowForm(ReasonForm):
    """Who was missing, and what is known about it."""

    missing = forms.CharField(label=_("Who was missing"), max_length=300)
    field_order = ("missing", "reason")
