"""What a list of sessions can be filtered by, and what is said when one does not take place."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from core.dates import add_months, start_of_day
from core.formatting import format_day
from customers.models import Customer
from sessions.models import ConsultingSession

UNLOGGED = "unlogged"

EVERYTHING = {"customer": _("All customers"), "month": _("All months"), "status": _("All states")}


def _first_day(month: str) -> date:
    """The first day of a month as addresses spell it: 2026-12."""
    return date.fromisoformat(f"{month}-01")


class SessionFilterForm(forms.Form):
    """Filters of the list, in the address. What cannot be read filters nothing."""

    status = forms.ChoiceField(label=_("Status"), required=False)
    customer = forms.TypedChoiceField(label=_("Customer"), coerce=int, empty_value=None, required=False)
    month = forms.TypedChoiceField(label=_("Month"), coerce=_first_day, empty_value=None, required=False)

    def __init__(
        self,
        data: QueryDict,
        *,
        customers: Iterable[Customer],
        statuses: Sequence[tuple[str, Any]],
        months: Sequence[date],
    ) -> None:
        super().__init__(data, auto_id="filter_%s")
        self._offer("status", statuses)
        self._offer("customer", [(str(customer.pk), customer.name) for customer in customers], at_least=2)
        language = get_language() or "en"
        self._offer("month", [(f"{month:%Y-%m}", format_day(month, language, style="month")) for month in months])

    def filtered(
        self, sessions: QuerySet[ConsultingSession], *, zone: str, now: datetime
    ) -> QuerySet[ConsultingSession]:
        """The sessions that the filters leave; a month is one of the reader's `zone`."""
        self.is_valid()
        chosen = self.cleaned_data
        if status := chosen.get("status"):
            sessions = sessions.filter(
                Q(status=ConsultingSession.Status.BOOKED, ends_at__lt=now) if status == UNLOGGED else Q(status=status)
            )
        if customer := chosen.get("customer"):
            sessions = sessions.filter(contract__customer=customer)
        if month := chosen.get("month"):
            sessions = sessions.filter(
                starts_at__gte=start_of_day(month, zone),
                starts_at__lt=start_of_day(add_months(month, 1), zone),
            )
        return sessions

    @property
    def filters_something(self) -> bool:
        """Whether any filter is set: an empty list then says so."""
        return any(self.cleaned_data.values()) if self.is_valid() else False

    def _offer(self, name: str, choices: Sequence[tuple[str, Any]], *, at_least: int = 1) -> None:
        """Let people choose, where there is a choice."""
        if len(choices) < at_least:
            del self.fields[name]
            return
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", EVERYTHING[name]), *choices]


class CancelForm(forms.Form):
    """Why a session is cancelled."""

    reason = forms.CharField(
        label=_("Reason"),
        help_text=_("It stands in the history of the session."),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class NoShowForm(forms.Form):
    """Who was missing, of either side, and what is known about it."""

    missing = forms.MultipleChoiceField(
        label=_("Who was missing"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Tick who was missing.")},
    )
    reason = forms.CharField(
        label=_("What is known about it"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, data: QueryDict | None, *, session: ConsultingSession) -> None:
        """Offer the staff member and the attendees of `session`, which must be loaded."""
        super().__init__(data)
        people = [f"{session.staff.name} (Oura)", *(attendee.name for attendee in session.attendees.all())]
        field = self.fields["missing"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = [(name, name) for name in dict.fromkeys(people)]

    def clean_missing(self) -> str:
        return ", ".join(self.cleaned_data["missing"])
