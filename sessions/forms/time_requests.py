"""What somebody types who asks for a time, and who answers."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.dates import ZONE_NAMES, instant_of
from packages.models import Contract
from packages.session_types import LENGTHS_IN_MINUTES, RULES, SessionType
from sessions.domain.time_requests import MOST_WISHES, Wish
from sessions.forms.diary import ClockField, DayField

LONGEST_WORDS = 1000
LONGEST_REASON = 500
NAMES = ("day", "from", "until")


@dataclass(frozen=True, slots=True)
class WishRow:
    """The three fields of one wished time."""

    day: forms.BoundField
    starts: forms.BoundField
    ends: forms.BoundField

    @property
    def is_filled(self) -> bool:
        return any(field.value() for field in (self.day, self.starts, self.ends))


class TimeRequestForm(forms.Form):
    """What it is about, when it would suit, in whose zone, and anything else in words. An empty row is nothing."""

    type = forms.ChoiceField(label=_("What it is about"))
    minutes = forms.TypedChoiceField(label=_("Length"), coerce=int)
    zone = forms.ChoiceField(label=_("Time zone of these times"))
    words = forms.CharField(
        label=_("In your words"),
        help_text=_("For example: any morning in the first week of May, or with whom."),
        required=False,
        max_length=LONGEST_WORDS,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def __init__(self, *args: Any, contract: Contract, **options: Any) -> None:
        super().__init__(*args, **options)
        offered = [(code, label) for code, label in SessionType.choices if code not in contract.types_switched_off]
        self._choices("type", offered)
        self._choices("minutes", [(str(minutes), _minutes(minutes)) for minutes in LENGTHS_IN_MINUTES])
        self._choices("zone", [(zone, zone) for zone in sorted(ZONE_NAMES)])
        for number in range(MOST_WISHES):
            particulars = {"number": number + 1}
            self.fields[f"day-{number}"] = DayField(label=_("Day %(number)s") % particulars, required=False)
            self.fields[f"from-{number}"] = ClockField(label=_("Time %(number)s: from") % particulars, required=False)
            self.fields[f"until-{number}"] = ClockField(label=_("Time %(number)s: until") % particulars, required=False)

    def rows(self) -> list[WishRow]:
        """The rows of wished times."""
        return [WishRow(*(self[f"{name}-{number}"] for name in NAMES)) for number in range(MOST_WISHES)]

    def more_is_open(self) -> bool:
        """Whether a row is filled, or wrong, beyond those that are always shown."""
        return any(row.is_filled for row in self.rows()[2:])

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        longest = RULES[cleaned["type"]].longest_minutes if "type" in cleaned else None
        if longest is not None and cleaned.get("minutes", 0) > longest:
            self.add_error("minutes", _("A session of this type is shorter."))
        cleaned["wishes"] = list(self._wishes(cleaned))
        return cleaned

    def _wishes(self, cleaned: dict[str, Any]) -> Iterator[Wish]:
        zone = cleaned.get("zone", "UTC")
        for number in range(MOST_WISHES):
            names = [f"{name}-{number}" for name in NAMES]
            day, starts, ends = (cleaned.get(name) for name in names)
            if self.errors.keys() & set(names) or (day, starts, ends) == (None, None, None):
                continue
            if day is None or starts is None or ends is None:
                missing = names[(day, starts, ends).index(None)]
                self.add_error(missing, _("Type the day and both times, or nothing."))
            elif ends <= starts:
                self.add_error(names[2], _("A time ends after it begins."))
            else:
                since, until = self._instant(names[1], day, starts, zone), self._instant(names[2], day, ends, zone)
                if since is not None and until is not None:
                    yield Wish(since, until)

    def _instant(self, name: str, day: date, clock: time, zone: str) -> datetime | None:
        try:
            return instant_of(datetime.combine(day, clock), zone)
        except ValueError:
            self.add_error(name, _("This time does not exist: the clocks are put forward over it."))
            return None

    def _choices(self, name: str, choices: list[tuple[str, Any]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices


class DeclineForm(forms.Form):
    """Why not."""

    reason = forms.CharField(
        label=_("Reason"),
        help_text=_("The other side reads it in the mail."),
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class WithdrawForm(forms.Form):
    """Why, if somebody wants to say so."""

    reason = forms.CharField(
        label=_("Reason"),
        help_text=_("The other side reads it in the mail."),
        max_length=LONGEST_REASON,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class ProposalForm(forms.Form):
    """What goes along with a proposed time."""

    message = forms.CharField(
        label=_("Message"),
        help_text=_("The customer reads it beside the time."),
        max_length=LONGEST_REASON,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


def _minutes(minutes: int) -> Any:
    return _("%(minutes)s min") % {"minutes": minutes}
