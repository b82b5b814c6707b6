"""What is typed when time is logged, taken back or added."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.db.models import QuerySet
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from core.dates import add_months, in_calendar, instant_of, month_of
from core.form_fields import DurationField
from core.formatting import format_day, zone_city
from customers.models import Customer, User
from packages.models import Contract
from packages.session_types import SessionType
from sessions.domain.ledger import MOST_MINUTES_ADJUSTED
from sessions.forms.summaries import CameField
from sessions.models import ConsultingSession, LedgerEntry

MONTHS_OFFERED = 18
BESIDE: Mapping[str, str] = {
    "in_the_future": "minutes",
    "outside_contract": "day",
    "too_long_for_type": "minutes",
    "already_logged": "clock",
    "started_at": "clock",
}
"""The field of `TimeEntryForm` that each refusal of the ledger belongs to."""


class TimeEntryForm(forms.Form):
    """One time entry. The start is typed as day and clock in a named zone; `entry()` gives what the ledger takes."""

    session_type = forms.ChoiceField(label=gettext_lazy("Session type"))
    day = forms.DateField(label=gettext_lazy("Day"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))
    clock = forms.TimeField(label=gettext_lazy("Start"), widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}))
    zone = forms.ChoiceField(label=gettext_lazy("Time zone"))
    minutes = DurationField(
        label=gettext_lazy("Duration"), help_text=gettext_lazy("For example 45, 0:45, 0.75 or 1h30.")
    )
    reason = forms.CharField(
        label=gettext_lazy("Why it is logged"),
        help_text=gettext_lazy("The meeting did not take place: the customer reads why it counts."),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    note = forms.CharField(
        label=gettext_lazy("Note"),
        help_text=gettext_lazy("The customer sees it."),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    internal_note = forms.CharField(
        label=gettext_lazy("Internal note"),
        help_text=gettext_lazy("For your colleagues alone."),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(
        self,
        *args: Any,
        contract: Contract,
        own_zone: str,
        session_types: Sequence[SessionType],
        booked_start: datetime | None = None,
        asks_reason: bool = False,
        held: ConsultingSession | None = None,
        **options: Any,
    ) -> None:
        """Offer `session_types` and the reader's and the contract's zone.

        :param booked_start: the start that the form was filled in with: kept to the instant while its clock stays,
            which a clock time that occurs twice does not say
        :param asks_reason: whether the meeting did not take place
        :param held: the session that took place, of which it is asked who came
        """
        super().__init__(*args, **options)
        self.booked_start = booked_start
        self._choices_of("session_type").choices = [(each.value, each.label) for each in session_types]
        zones = dict.fromkeys((own_zone, contract.time_zone))
        self._choices_of("zone").choices = [(zone, zone_city(zone, get_language() or "en")) for zone in zones]
        if not asks_reason:
            del self.fields["reason"]
        if held is not None:
            self.fields["came"] = CameField(held)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        day, clock, zone = cleaned.get("day"), cleaned.get("clock"), cleaned.get("zone")
        if day and clock and zone:
            cleaned["started_at"] = self._instant(day, clock, zone)
        return cleaned

    def entry(self) -> dict[str, Any]:
        """The arguments of `ledger.log_time` that were typed."""
        names = ("session_type", "started_at", "minutes", "note", "internal_note", "reason", "came")
        return {name: self.cleaned_data[name] for name in names if name in self.cleaned_data}

    def _instant(self, day: date, clock: time, zone: str) -> datetime | None:
        if not in_calendar(day):
            self.add_error("day", _("Enter a valid date."))
            return None
        wall = datetime.combine(day, clock)
        if self.booked_start is not None:
            booked = self.booked_start.astimezone(ZoneInfo(zone)).replace(tzinfo=None, second=0, microsecond=0)
            if booked == wall:
                return self.booked_start
        try:
            return instant_of(wall, zone)
        except ValueError:
            self.add_error("clock", _("The clock is put forward over that time: it does not exist on that day."))
        return None

    def _choices_of(self, name: str) -> forms.ChoiceField:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        return field


class ReversalForm(forms.Form):
    """Why an entry is taken back."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        help_text=gettext_lazy("It stays in the ledger beside the entry."),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class AdjustmentForm(forms.Form):
    """Minutes that operations adds to a contract."""

    minutes = DurationField(
        label=gettext_lazy("Minutes to add"),
        help_text=gettext_lazy("For example 30, 0:30, 1.5 or 1h30."),
        max_minutes=MOST_MINUTES_ADJUSTED,
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        help_text=gettext_lazy("The customer sees it in the ledger."),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class WaiverForm(forms.Form):
    """Why overage is not to be billed."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        help_text=gettext_lazy("The customer sees it once the waiver is confirmed."),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class WaiverRefusalForm(forms.Form):
    """Why overage is billed although a waiver was proposed."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        help_text=gettext_lazy("For your colleagues alone."),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class EntryFilterForm(forms.Form):
    """Filters of the list of time entries. What cannot be read narrows nothing."""

    customer: "forms.ModelChoiceField[Customer]" = forms.ModelChoiceField(
        label=gettext_lazy("Customer"), queryset=None, required=False, empty_label=gettext_lazy("All customers")
    )
    month = forms.DateField(label=gettext_lazy("Month"), required=False, input_formats=["%Y-%m"], widget=forms.Select)
    by = forms.ChoiceField(
        label=gettext_lazy("Logged by"),
        required=False,
        choices=[("", gettext_lazy("Everybody")), ("me", gettext_lazy("Me"))],
    )

    def __init__(self, *args: Any, customers: QuerySet[Customer], today: date, **options: Any) -> None:
        """Offer `customers`, and the months up to `today`; the address may ask for others."""
        super().__init__(*args, **options)
        field = self.fields["customer"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = customers
        widget = self.fields["month"].widget
        assert isinstance(widget, forms.Select)
        widget.choices = [("", _("All months")), *_months(today, also=self.data.get("month", ""))]

    @property
    def is_narrowing(self) -> bool:
        """Whether anything is filtered out."""
        return self.is_valid() and any(self.cleaned_data.values())

    @property
    def is_bounded(self) -> bool:
        """Whether the list is that of one customer or of one month, which does not grow for ever."""
        return self.is_valid() and bool(self.cleaned_data["customer"] or self.cleaned_data["month"])

    def narrow(self, entries: QuerySet[LedgerEntry], *, reader: User) -> QuerySet[LedgerEntry]:
        """Those of `entries` that the filters leave."""
        self.is_valid()
        if customer := self.cleaned_data.get("customer"):
            entries = entries.filter(contract__customer=customer)
        if month := self.cleaned_data.get("month"):
            entries = entries.filter(service_date__gte=month, service_date__lt=add_months(month, 1))
        if self.cleaned_data.get("by"):
            entries = entries.filter(staff=reader)
        return entries


def _months(today: date, *, also: str) -> list[tuple[str, str]]:
    """The latest months, by name in the reader's language; `also` is one that the address asks for."""
    latest = [add_months(month_of(today), -back) for back in range(MONTHS_OFFERED)]
    named = {f"{month:%Y-%m}": format_day(month, get_language() or "en", style="month") for month in latest}
    return list((named if not also or also in named else {also: also, **named}).items())
