"""What is typed to open a request, to write in it, and to decide where it goes."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext_lazy as _

from core.file_fields import FilesField, SeveralFiles, refuse_cut_off
from customers.models import Customer
from support.domain.acts import RETURNS
from support.domain.files import ACCEPTED, LONGEST_NAME, too_large
from support.domain.requests import LONGEST_BODY
from support.models import Order, RequestEvent, RoutingDecision, SupportRequest

NOTE = "note"


def files_field() -> FilesField:
    """The field for what goes with a message; it comes last in its form, so that a cut-off upload loses no words."""
    return FilesField(
        label=_("Files"),
        help_text=_("Images, PDF or text: up to five, 10 MB together."),
        required=False,
        allow_empty_file=True,
        max_length=LONGEST_NAME * 2,
        widget=SeveralFiles(attrs={"accept": ACCEPTED}),
    )


def body_field(label: Any, *, help_text: Any = "") -> forms.CharField:
    """The field for somebody's own words."""
    return forms.CharField(
        label=label, help_text=help_text, max_length=LONGEST_BODY, widget=forms.Textarea(attrs={"rows": 5})
    )


class WithFiles(forms.Form):
    """A form whose files may have been cut off on their way."""

    @classmethod
    def of(cls, request: HttpRequest, **options: Any) -> "WithFiles":
        """The form of a request: bound where it posts."""
        if request.method != "POST":
            return cls(None, None, **options)
        form = cls(request.POST, request.FILES, **options)
        refuse_cut_off(request, form, field="attachments", sentence=str(too_large()))
        return form


class OpenForm(WithFiles):
    """A new request."""

    kind = forms.ChoiceField(label=_("What is it about?"), widget=forms.RadioSelect)
    order = forms.TypedChoiceField(label=_("Order"), coerce=int, empty_value=None, required=False)
    subject = forms.CharField(label=_("In a few words"), max_length=150)
    body = body_field(_("What do you need?"))
    attachments = files_field()

    def __init__(
        self, data: QueryDict | None, files: Any, *, orders: Iterable[Order], initial: dict[str, Any] | None = None
    ) -> None:
        super().__init__(data, files, initial=initial)
        kind = self.fields["kind"]
        assert isinstance(kind, forms.ChoiceField)
        kind.choices = [choice for choice in SupportRequest.Kind.choices if choice[0] not in RETURNS]
        choices = [(str(order.pk), order.number) for order in orders]
        if choices:
            field = self.fields["order"]
            assert isinstance(field, forms.ChoiceField)
            field.choices = [("", _("No order in particular")), *choices]
        else:
            del self.fields["order"]


class ReplyForm(WithFiles):
    """The customer's word in a request."""

    body = body_field(_("Your message"))
    attachments = files_field()


class AnswerForm(WithFiles):
    """The staff's word in a request, and what follows it."""

    then = forms.ChoiceField(
        label=_("What is it?"),
        choices=[
            (RequestEvent.Kind.ANSWERED, _("An answer: the request stays open")),
            (RequestEvent.Kind.ASKED, _("A question: it waits for the customer")),
            (RequestEvent.Kind.RESOLVED, _("The answer: it is resolved")),
            (NOTE, _("An internal note: the customer never sees it")),
        ],
        initial=RequestEvent.Kind.ANSWERED,
        widget=forms.RadioSelect,
    )
    body = body_field(_("Message"))
    attachments = files_field()

    def __init__(self, data: QueryDict | None, files: Any, *, only_note: bool = False) -> None:
        super().__init__(data, files)
        if only_note:
            field = self.fields["then"]
            assert isinstance(field, forms.ChoiceField)
            field.choices = [choice for choice in AnswerForm.base_fields["then"].choices if choice[0] == NOTE]  # type: ignore[attr-defined]  # of a ChoiceField
            field.initial = NOTE


class RouteForm(forms.Form):
    """Where a request goes, and why."""

    way = forms.ChoiceField(
        label=_("Who answers?"),
        choices=[
            (RoutingDecision.Way.OWN_STAFF, _("We answer, with our staff")),
            (RoutingDecision.Way.CHANNEL, _("Another channel is right for it")),
        ],
        widget=forms.RadioSelect,
    )
    channel = forms.CharField(
        label=_("Channel"),
        help_text=_("Its name and how the customer reaches it. Only where another channel is right."),
        max_length=200,
        required=False,
    )
    reason = forms.CharField(
        label=_("Reason"),
        help_text=_("The customer reads it too."),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class RequestFilterForm(forms.Form):
    """Filters of the list, in the address. What cannot be read filters nothing."""

    kind = forms.ChoiceField(label=_("Kind"), required=False)
    status = forms.ChoiceField(label=_("State"), required=False)
    customer = forms.TypedChoiceField(label=_("Customer"), coerce=int, empty_value=None, required=False)

    def __init__(self, data: QueryDict, *, customers: Iterable[Customer], statuses: Iterable[tuple[str, Any]]) -> None:
        super().__init__(data, auto_id="filter_%s")
        self._offer("kind", _("All kinds"), SupportRequest.Kind.choices)
        self._offer("status", _("All states"), statuses)
        named = [(str(customer.pk), customer.name) for customer in customers]
        if len(named) > 1:
            self._offer("customer", _("All customers"), named)
        else:
            del self.fields["customer"]

    @property
    def chosen(self) -> dict[str, Any]:
        """What is asked for, by the name of the field."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}

    def _offer(self, name: str, everything: Any, choices: Iterable[tuple[Any, Any]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", everything), *choices]
