"""What is typed on the pages of a diary. Days and times are those of the diary's own zone."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from core.countries import country_choices
from core.dates import in_calendar, instant_of, start_of_day
from core.form_fields import DurationField
from customers.models import Customer, User
from sessions.domain.absence import LONGEST_REASON
from sessions.domain.diaries import Stretch
from sessions.domain.working_hours import LONGEST_LIMIT, SHORTEST_LIMIT
from sessions.models import TimeOff
from sessions.models.working_time import Weekday

MOST_STRETCHES = 4


class ClockField(forms.TimeField):
    """A time of day on a clock on the wall."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            widget=forms.TimeInput(format="%H:%M", attrs={"type": "time", "step": "300", "class": "control"}), **options
        )


class DayField(forms.DateField):
    """A date of the portal's calendar."""

    def __init__(self, **options: Any) -> None:
        super().__init__(widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}), **options)

    def clean(self, value: Any) -> date | None:
        day: date | None = super().clean(value)
        if day is not None and not in_calendar(day):
            raise forms.ValidationError(_("Enter a valid date."), code="invalid")
        return day


@dataclass(frozen=True, slots=True)
class Row:
    """The two fields of one stretch of work."""

    starts: forms.BoundField
    ends: forms.BoundField


class StretchesForm(forms.Form):
    """Rows of from and until. An empty row is nothing; half a row is a mistake."""

    def add_rows(self, prefix: str, label: Any, stretches: Sequence[Stretch]) -> None:
        """Add the fields of one day, filled with `stretches`."""
        for number in range(MOST_STRETCHES):
            for name, words, position in (
                ("from", gettext_lazy("%(day)s: from"), 0),
                ("until", gettext_lazy("%(day)s: until"), 1),
            ):
                initial = stretches[number][position] if number < len(stretches) else None
                field = ClockField(label=words % {"day": label}, required=False, initial=initial)
                self.fields[f"{prefix}-{name}-{number}"] = field

    def rows(self, prefix: str) -> Iterator[Row]:
        """The rows of one day that hold something, and one more."""
        for number in range(MOST_STRETCHES):
            row = Row(self[f"{prefix}-from-{number}"], self[f"{prefix}-until-{number}"])
            yield row
            if not (row.starts.value() or row.ends.value()):
                return

    def stretches(self, prefix: str) -> list[Stretch]:
        """What was typed for one day; a half-filled row gets its error beside the field that is missing."""
        found = []
        for number in range(MOST_STRETCHES):
            names = f"{prefix}-from-{number}", f"{prefix}-until-{number}"
            starts, ends = (self.cleaned_data.get(name) for name in names)
            if starts is not None and ends is not None:
                found.append((starts, ends))
            elif (starts is None) != (ends is None):
                missing = names[0] if starts is None else names[1]
                if missing not in self.errors:
                    self.add_error(missing, _("Type both times, or neither."))
        return found


class WeeklyHoursForm(StretchesForm):
    """Weekly working hours, the daily limit and the country of the public holidays."""

    daily_limit = DurationField(
        label=gettext_lazy("Most meetings a day"),
        help_text=gettext_lazy(
            "Hours and minutes, for example 4:00. Customers are offered no more; empty for no limit."
        ),
        required=False,
        min_minutes=SHORTEST_LIMIT,
        max_minutes=LONGEST_LIMIT,
    )
    country = forms.ChoiceField(
        label=gettext_lazy("Country"), help_text=gettext_lazy("Its public holidays are not offered for booking.")
    )

    def __init__(self, *args: Any, hours: Mapping[int, Sequence[Stretch]], **options: Any) -> None:
        super().__init__(*args, **options)
        country = self.fields["country"]
        assert isinstance(country, forms.ChoiceField)
        country.choices = country_choices(get_language() or "en")
        for weekday, label in Weekday.choices:
            self.add_rows(f"weekday-{weekday}", label, hours.get(weekday, []))

    def weekdays(self) -> Iterator[tuple[str, list[Row]]]:
        """Each weekday's name and rows."""
        for weekday, label in Weekday.choices:
            yield str(label), list(self.rows(f"weekday-{weekday}"))

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        cleaned["hours"] = {weekday: self.stretches(f"weekday-{weekday}") for weekday in Weekday.values}
        return cleaned


WEEKDAY_FIELDS: Mapping[str, str] = {f"weekday-{weekday}": f"weekday-{weekday}-from-0" for weekday in Weekday.values}
"""The field at which a refusal about a weekday is shown."""


class ExceptionForm(StretchesForm):
    """A day at other hours, or a free one."""

    day = DayField(label=gettext_lazy("Day"))
    free = forms.BooleanField(label=gettext_lazy("Not working on this day"), required=False)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.add_rows("hours", gettext_lazy("Hours"), [])

    def hour_rows(self) -> list[Row]:
        """The rows of the day."""
        return list(self.rows("hours"))

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        hours = self.stretches("hours")
        if cleaned.get("free") and hours:
            self.add_error("free", _("Either type hours or tick that you do not work."))
        elif not cleaned.get("free") and not hours and not self.errors:
            self.add_error("hours-from-0", _("Type the hours of this day, or tick that nobody works."))
        cleaned["stretches"] = hours
        return cleaned


class TimeOffForm(forms.Form):
    """Time off by days, or from one time to another; and who covers."""

    first_day = DayField(label=gettext_lazy("First day"))
    last_day = DayField(label=gettext_lazy("Last day"))
    from_clock = ClockField(
        label=gettext_lazy("From"), help_text=gettext_lazy("Empty: from the beginning of the day."), required=False
    )
    until_clock = ClockField(
        label=gettext_lazy("Until"), help_text=gettext_lazy("Empty: to the end of the day."), required=False
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        help_text=gettext_lazy("For your colleagues alone: customers never see it."),
        required=False,
        max_length=LONGEST_REASON,
    )
    cover = forms.TypedChoiceField(
        label=gettext_lazy("Who covers"),
        help_text=gettext_lazy("Their times are offered to your customers meanwhile."),
        coerce=int,
        required=False,
        empty_value=None,
    )
    cover_customers = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Covered customers"),
        help_text=gettext_lazy("Tick none to have all of them covered."),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(
        self, *args: Any, zone: str, colleagues: Sequence[User], customers: Sequence[Customer], **options: Any
    ) -> None:
        super().__init__(*args, **options)
        self._zone = zone
        self._colleagues = {person.pk: person for person in colleagues}
        self._customers = {customer.pk: customer for customer in customers}
        self._choices("cover", [("", _("Nobody")), *((str(pk), str(who)) for pk, who in self._colleagues.items())])
        self._choices("cover_customers", [(str(pk), customer.name) for pk, customer in self._customers.items()])
        if not customers:
            del self.fields["cover_customers"]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        first, last = cleaned.get("first_day"), cleaned.get("last_day")
        if first and last:
            cleaned["starts_at"] = self._instant("from_clock", first, cleaned.get("from_clock"))
            cleaned["ends_at"] = self._instant(
                "until_clock",
                last if cleaned.get("until_clock") else last + timedelta(days=1),
                cleaned.get("until_clock"),
            )
        return cleaned

    def time_off(self) -> dict[str, Any]:
        """The arguments of `take_time_off` that were typed; the form must be valid."""
        chosen = self.cleaned_data
        cover = self._colleagues[chosen["cover"]] if chosen["cover"] else None
        customers = [self._customers[pk] for pk in chosen.get("cover_customers", [])]
        return {
            "starts_at": chosen["starts_at"],
            "ends_at": chosen["ends_at"],
            "reason": chosen["reason"],
            "cover": cover,
            "cover_customers": customers,
        }

    def _instant(self, field: str, day: date, clock: time | None) -> datetime | None:
        if clock is None:
            return start_of_day(day, self._zone)
        try:
            return instant_of(datetime.combine(day, clock), self._zone)
        except ValueError:
            self.add_error(field, _("The clock is put forward over that time: it does not exist on that day."))
        return None

    def _choices(self, name: str, choices: Sequence[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices


def time_off_as_typed(time_off: TimeOff, zone: str) -> dict[str, Any]:
    """What one would type to get this time off."""
    since, until = (each.astimezone(ZoneInfo(zone)) for each in (time_off.starts_at, time_off.ends_at))
    whole_end = until.time() == time()
    return {
        "first_day": since.date(),
        "from_clock": None if since.time() == time() else since.time(),
        "last_day": until.date() - timedelta(days=1) if whole_end else until.date(),
        "until_clock": None if whole_end else until.time(),
        "reason": time_off.reason,
        "cover": time_off.cover_id,
        "cover_customers": [customer.pk for customer in time_off.cover_customers.all()],
    }


class BusyCalendarForm(forms.Form):
    """The private address of a calendar kept elsewhere."""

    address = forms.CharField(
        label=gettext_lazy("Private iCal address"),
        help_text=gettext_lazy(
            "It starts with https:// and ends in .ics. Who knows it can read your calendar: the portal keeps it sealed."
        ),
        max_length=2000,
        widget=forms.TextInput(attrs={"inputmode": "url", "autocomplete": "off", "spellcheck": "false"}),
    )
