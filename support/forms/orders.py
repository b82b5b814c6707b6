"""What is typed about orders: the order itself, when it was received, what comes back, an exception."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from core.dates import ZONE_NAMES
from customers.models import Customer
from support.domain.orders import MOST_RINGS, NewLine
from support.domain.returns import LineStanding, Wanted
from support.forms.requests import WithFiles, body_field, files_field
from support.models import OrderLine, SupportRequest

if TYPE_CHECKING:
    LineForms = forms.BaseFormSet["LineForm"]
else:  # Django's class takes no parameters at run time
    LineForms = forms.BaseFormSet

LINES_OFFERED = 5
MOST_TYPED = 50


def day_field(label: Any, *, required: bool = True, help_text: Any = "") -> forms.DateField:
    """A calendar date, as the browser's own control writes it."""
    return forms.DateField(
        label=label,
        required=required,
        help_text=help_text,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )


class OrderForm(forms.Form):
    """An order as the staff type it."""

    customer = forms.TypedChoiceField(label=_("Customer"), coerce=int)
    number = forms.CharField(label=_("Order number"), max_length=40)
    placed_on = day_field(_("Placed on"))
    time_zone = forms.ChoiceField(
        label=_("Time zone of receipt"),
        help_text=_("Days of receipt are days there; empty: the customer's."),
        required=False,
        choices=[("", "—"), *((name, name) for name in sorted(ZONE_NAMES))],
    )

    def __init__(
        self, data: QueryDict | None, *, customers: Iterable[Customer], initial: dict[str, Any] | None = None
    ) -> None:
        super().__init__(data, initial=initial)
        field = self.fields["customer"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("Choose a customer")), *((str(each.pk), each.name) for each in customers)]


class LineForm(forms.Form):
    """A line of an order."""

    ring_model = forms.CharField(label=_("Ring model"), max_length=80)
    colour = forms.CharField(label=_("Colour"), max_length=60)
    size = forms.CharField(label=_("Size"), max_length=10)
    quantity = forms.IntegerField(label=_("Quantity"), min_value=1, max_value=MOST_RINGS)
    received_on = day_field(_("Received on"), required=False)


LineFormSet = forms.formset_factory(
    LineForm, extra=LINES_OFFERED, min_num=1, validate_min=True, max_num=MOST_TYPED, absolute_max=MOST_TYPED
)


def new_lines(lines: LineForms) -> list[NewLine]:
    """What was typed into a valid formset; lines that are left empty are not there."""
    return [NewLine(**form.cleaned_data) for form in lines.forms if form.cleaned_data]


class ReceiptForm(forms.Form):
    """On which day each line was received."""

    def __init__(self, data: QueryDict | None, *, lines: Sequence[OrderLine]) -> None:
        super().__init__(data)
        for line in lines:
            field = day_field(f"{line.quantity} × {line}", required=False)
            field.initial = line.received_on
            self.fields[f"line_{line.pk}"] = field

    def days(self) -> dict[int, date | None]:
        """The days by the ids of lines; of a valid form."""
        return {int(name.removeprefix("line_")): day for name, day in self.cleaned_data.items()}


class ReturnForm(WithFiles):
    """What of an order comes back. Only lines that still can are asked for."""

    kind = forms.ChoiceField(
        label=_("What would you like?"),
        choices=[
            (SupportRequest.Kind.RETURN, _("Return them")),
            (SupportRequest.Kind.EXCHANGE, _("Exchange them for others")),
        ],
        widget=forms.RadioSelect,
        initial=SupportRequest.Kind.EXCHANGE,
    )
    body = body_field(_("Why do they come back?"))
    attachments = files_field()

    def __init__(
        self, data: QueryDict | None, files: Any, *, standings: Sequence[LineStanding], initial: dict[str, Any]
    ) -> None:
        super().__init__(data, files, initial=initial)
        self.standings = standings
        for each in standings:
            pk = each.line.pk
            self.fields[f"quantity_{pk}"] = forms.IntegerField(
                label=_("How many"), min_value=0, max_value=MOST_RINGS, required=False
            )
            self.fields[f"instead_{pk}"] = forms.CharField(
                label=_("Wanted instead"), help_text=_("For an exchange: size, colour."), max_length=100, required=False
            )

    def wanted(self) -> list[Wanted]:
        """What comes back; of a valid form."""
        return [
            Wanted(each.line.pk, quantity, self.cleaned_data[f"instead_{each.line.pk}"])
            for each in self.standings
            if (quantity := self.cleaned_data[f"quantity_{each.line.pk}"])
        ]

    def rows(self) -> list[dict[str, Any]]:
        """Each line with its two fields, for the page."""
        return [
            {
                "standing": each,
                "quantity": self[f"quantity_{each.line.pk}"],
                "instead": self[f"instead_{each.line.pk}"],
            }
            for each in self.standings
        ]


class ExceptionForm(forms.Form):
    """Until when a line may come back after all, and why."""

    line = forms.TypedChoiceField(label=_("Line"), coerce=int)
    until = day_field(_("Possible until"), help_text=_("The last day, by the clock of the order's time zone."))
    reason = forms.CharField(
        label=_("Reason"),
        help_text=_("It is kept, and the customer reads it too."),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(
        self, data: QueryDict | None, *, standings: Sequence[LineStanding], initial: dict[str, Any] | None = None
    ) -> None:
        super().__init__(data, initial=initial)
        field = self.fields["line"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(str(each.line.pk), f"{each.line.quantity} × {each.line}") for each in standings]
