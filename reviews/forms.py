"""What somebody chooses and types about reviews. Choices travel in the address, what is typed in the POST."""

from collections.abc import Sequence
from datetime import datetime
from email.utils import getaddresses
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from customers.models import Customer, User
from packages.session_types import LENGTHS_IN_MINUTES
from reviews.domain.queries import in_standing
from reviews.domain.recording import LONGEST_NOTES
from reviews.domain.records import LONGEST_NOTE, MOST_CHARACTERS, Promise
from reviews.domain.standings import Standing
from reviews.models import Review, Side
from sessions.domain.attendees import Guest

LONGEST_REASON = 500
MOST_GUEST_LINES = 2000


class ChoicesForm(forms.Form):
    """With whom, how long and what about. In the address; what cannot be read falls back to the usual."""

    staff = forms.CharField(required=False, max_length=200)
    minutes = forms.TypedChoiceField(
        label=gettext_lazy("Length"),
        coerce=int,
        required=False,
        choices=[(str(minutes), str(minutes)) for minutes in LENGTHS_IN_MINUTES],
    )
    subject = forms.ChoiceField(label=gettext_lazy("What it is about"), required=False, choices=Review.Subject.choices)

    def __init__(self, data: QueryDict, *, team: Sequence[User], usual: Sequence[User], minutes: int, subject: str):
        """Let anybody of `team` be chosen; without a choice it is the `usual` people, length and subject."""
        super().__init__({**data.dict(), "staff": ",".join(data.getlist("staff"))})
        self._team = {str(person.pk): person for person in team}
        self._usual, self._minutes, self._subject = usual, minutes, subject
        self.is_valid()

    @property
    def people(self) -> list[User]:
        """Who is to come, in the order of the team."""
        asked = set(self.cleaned_data.get("staff", "").split(","))
        return [person for key, person in self._team.items() if key in asked] or list(self._usual)

    @property
    def length(self) -> int:
        """In minutes."""
        return self.cleaned_data.get("minutes") or self._minutes

    @property
    def about(self) -> str:
        """The subject."""
        return self.cleaned_data.get("subject") or self._subject


def _reason(help_text: Any) -> forms.CharField:
    return forms.CharField(
        label=gettext_lazy("Reason"),
        help_text=help_text,
        max_length=LONGEST_REASON,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class PlanForm(forms.Form):
    """Who comes of the customer's side, and a first point of the agenda."""

    members = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Who comes"), coerce=int, required=False, widget=forms.CheckboxSelectMultiple
    )
    guests = forms.CharField(
        label=gettext_lazy("Guests"),
        help_text=gettext_lazy("Name and e-mail address, one a line: Ada Rossi <ada@example.com>"),
        required=False,
        max_length=MOST_GUEST_LINES,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    agenda = forms.CharField(
        label=gettext_lazy("First point of the agenda"),
        help_text=gettext_lazy("Both sides can add points until the meeting."),
        required=False,
        max_length=MOST_CHARACTERS,
    )

    def __init__(self, *args: Any, members: Sequence[User], **options: Any) -> None:
        """Offer `members`."""
        super().__init__(*args, **options)
        self._members = {person.pk: person for person in members}
        field = self.fields["members"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = [(str(person.pk), f"{person.name} · {person.email}") for person in members]

    def clean_guests(self) -> list[Guest]:
        lines = [line for line in self.cleaned_data["guests"].splitlines() if line.strip()]
        guests = [Guest(name or email.partition("@")[0], email) for name, email in getaddresses(lines)]
        for guest in guests:
            try:
                validate_email(guest.email)
            except ValidationError:
                raise ValidationError(_("Write each guest as in the example.")) from None
        return guests

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not self.errors and not cleaned["members"] and not cleaned["guests"]:
            self.add_error("members", _("Name at least one attendee."))
        return cleaned

    def attendees(self) -> list[Guest]:
        """Everybody who was chosen; the form must be valid."""
        chosen = [self._members[pk] for pk in self.cleaned_data["members"]]
        return [*(Guest(person.name or person.email, person.email) for person in chosen), *self.cleaned_data["guests"]]


class MoveForm(forms.Form):
    """Why a review moves."""

    reason = _reason(gettext_lazy("Everybody who takes part reads it in the mail."))


class CancelForm(forms.Form):
    """Why a review is cancelled."""

    reason = _reason(gettext_lazy("Everybody who takes part reads it in the mail."))


class RecordForm(forms.Form):
    """How the project stands, and what was said."""

    project_status = forms.ChoiceField(
        label=gettext_lazy("How the project stands"),
        choices=Review.ProjectStatus.choices,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Say how the project stands.")},
    )
    notes = forms.CharField(
        label=gettext_lazy("Notes"),
        help_text=gettext_lazy("The customer reads them. Internal notes have a place of their own."),
        required=False,
        max_length=LONGEST_NOTES,
        widget=forms.Textarea(attrs={"rows": 8}),
    )


class SideForm(forms.Form):
    """Whose side missed a review."""

    side = forms.ChoiceField(
        label=gettext_lazy("Whose side missed it"),
        choices=Side.choices,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Say whose side missed it.")},
    )
    reason = _reason(gettext_lazy("The customer reads it in the history of the review."))


class PointForm(forms.Form):
    """A point of the agenda."""

    text = forms.CharField(label=gettext_lazy("Add a point"), max_length=MOST_CHARACTERS)


class ItemForm(forms.Form):
    """What somebody promises, and by when."""

    text = forms.CharField(label=gettext_lazy("What"), max_length=MOST_CHARACTERS)
    owner = forms.TypedChoiceField(
        label=gettext_lazy("Who"),
        coerce=int,
        error_messages={"required": gettext_lazy("Choose a person.")},
    )
    due_on = forms.DateField(
        label=gettext_lazy("By when"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    )

    def __init__(self, *args: Any, owners: Sequence[User], **options: Any) -> None:
        """Offer `owners`."""
        super().__init__(*args, **options)
        self._owners = {person.pk: person for person in owners}
        field = self.fields["owner"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", gettext_lazy("Choose a person")), *((str(each.pk), str(each)) for each in owners)]

    def promise(self) -> Promise:
        """What was typed; the form must be valid."""
        typed = self.cleaned_data
        return Promise(typed["text"], self._owners[typed["owner"]], typed["due_on"])


class NoteForm(forms.Form):
    """An internal note."""

    text = forms.CharField(
        label=gettext_lazy("Add an internal note"), max_length=LONGEST_NOTE, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, data: QueryDict | None = None) -> None:
        """Ids of its own: the agenda, which the customer reads, has a field `text` on the same page."""
        super().__init__(data, auto_id="note_%s")


class ReviewFilterForm(forms.Form):
    """Filters of the list, in the address. What cannot be read filters nothing."""

    standing = forms.ChoiceField(
        label=gettext_lazy("Status"),
        required=False,
        choices=[("", gettext_lazy("All states")), *Standing.choices],
    )
    customer = forms.TypedChoiceField(label=gettext_lazy("Customer"), coerce=int, empty_value=None, required=False)

    def __init__(self, data: QueryDict, *, customers: Sequence[Customer]) -> None:
        super().__init__(data, auto_id="filter_%s")
        if len(customers) <= 1:
            del self.fields["customer"]
            return
        field = self.fields["customer"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", gettext_lazy("All customers")), *((str(each.pk), each.name) for each in customers)]

    def filtered(self, reviews: QuerySet[Review], *, now: datetime) -> QuerySet[Review]:
        """The reviews that the filters leave."""
        self.is_valid()
        if standing := self.cleaned_data.get("standing"):
            reviews = in_standing(reviews, standing, now=now)
        if customer := self.cleaned_data.get("customer"):
            reviews = reviews.filter(contract__customer=customer)
        return reviews

    @property
    def filters_something(self) -> bool:
        """Whether any filter is set: an empty list then says so."""
        return any(self.cleaned_data.values()) if self.is_valid() else False
