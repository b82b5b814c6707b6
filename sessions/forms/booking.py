"""What somebody chooses and types while booking. The choices travel in the address, what is typed in the POST."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _

from core.dates import ZONE_NAMES, in_calendar, instant_of
from customers.models import User
from packages.models import Contract
from packages.session_types import LENGTHS_IN_MINUTES, RULES, SessionType
from sessions.forms.attendees import AttendeesForm

LONGEST_MESSAGE = 1000


class MeetingForm(forms.Form):
    """The first choice: which type, how long, with whom. Without a length it is the type's longest."""

    type = forms.ChoiceField(
        label=_("What it is about"),
        error_messages={
            "required": _("Choose what the session is about."),
            "invalid_choice": _("Choose one of the types below."),
        },
    )
    minutes = forms.TypedChoiceField(
        label=_("Length"),
        coerce=int,
        empty_value=None,
        required=False,
        error_messages={"invalid_choice": _("Choose one of the lengths below.")},
    )
    staff = forms.TypedChoiceField(
        label=_("With whom"),
        coerce=int,
        error_messages={
            "required": _("Choose a person."),
            "invalid_choice": _("Choose one of the people below."),
        },
    )

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

    def looked_at(self) -> "LookedAt":
        """What was asked for, as far as it can be read."""
        self.is_valid()
        chosen = self.cleaned_data
        return LookedAt(chosen.get("zone") or "", chosen.get("month"), chosen.get("day"))


@dataclass(frozen=True, slots=True)
class LookedAt:
    """`zone` is empty for the reader's own, `month` the first day of one; None where nothing was asked for."""

    zone: str
    month: date | None
    day: date | None


class StartField(forms.CharField):
    """An instant in the address: ISO 8601 with an offset, cleaned to aware UTC."""

    def clean(self, value: Any) -> datetime | None:
        typed = super().clean(value)
        if typed in self.empty_values:
            return None
        try:
            instant = parse_datetime(typed.replace(" ", "+"))
            utc = instant.astimezone(UTC) if instant is not None and instant.tzinfo is not None else None
        except (ValueError, OverflowError):
            utc = None
        if utc is None or not in_calendar(utc):
            raise ValidationError(_("Choose one of the free times."), code="invalid")
        return utc


class WallClockField(forms.CharField):
    """A day and a time on a wall clock, as a browser's own control sends them: naive."""

    widget = forms.DateTimeInput(attrs={"type": "datetime-local", "step": "300"})

    def clean(self, value: Any) -> datetime | None:
        typed = super().clean(value)
        if typed in self.empty_values:
            return None
        wall: datetime | None = None
        with suppress(ValueError):
            wall = datetime.strptime(typed[:16], "%Y-%m-%dT%H:%M")  # noqa: DTZ007 - the zone stands beside it
        if wall is None or not in_calendar(wall):
            raise ValidationError(_("Enter a day and a time."), code="invalid")
        return wall


class StartForm(forms.Form):
    """The second choice: one of the free times, or, for staff, any time on the clock of the zone shown."""

    starts = StartField(required=False, max_length=40)
    wall = WallClockField(label=_("Day and time"), required=False, max_length=40)

    def __init__(self, *args: Any, zone: str, **options: Any) -> None:
        super().__init__(*args, **options)
        self._zone = zone

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        wall = cleaned.get("wall")
        if wall is not None and cleaned.get("starts") is None:
            try:
                cleaned["starts"] = instant_of(wall, self._zone)
            except ValueError:
                self.add_error("wall", _("This time does not exist: the clocks are put forward over it."))
        return cleaned

    def starts_at(self) -> datetime | None:
        """The chosen instant in UTC; None if there is none, or none that can be read."""
        return self.cleaned_data.get("starts") if self.is_valid() else None


class DetailsForm(AttendeesForm):
    """Who comes, what the staff should know, and what is accepted."""

    message = forms.CharField(
        label=_("Message"),
        help_text=_("What should we prepare? Which questions do you bring?"),
        required=False,
        max_length=LONGEST_MESSAGE,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    accept_overage = forms.BooleanField(label=_("Overage"), required=False)
    quote = forms.CharField(required=False, max_length=2000, widget=forms.HiddenInput)
