"""What is chosen when somebody else leads a customer."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from customers.models import User
from reviews.models import Review
from sessions.models import ConsultingSession

LONGEST_REASON = 500


class NewLeadForm(forms.Form):
    """Who leads from now on. In the address."""

    to = forms.TypedChoiceField(label=_("New lead"), coerce=int)

    def __init__(self, *args: Any, people: Sequence[User], **options: Any) -> None:
        """Offer `people`."""
        super().__init__(*args, **options)
        self._people = {person.pk: person for person in people}
        field = self.fields["to"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("Choose a person")), *((str(person.pk), str(person)) for person in people)]

    def clean_to(self) -> User:
        return self._people[self.cleaned_data["to"]]


class LeadHandoverForm(forms.Form):
    """What goes along: sessions and reviews that are ticked, and whether the old lead leaves the teams."""

    sessions = forms.TypedMultipleChoiceField(coerce=int, required=False)
    reviews = forms.TypedMultipleChoiceField(coerce=int, required=False)
    leaves_teams = forms.BooleanField(label=_("The lead until now leaves the delivery teams"), required=False)
    reason = forms.CharField(
        label=_("Reason"),
        help_text=_("Everybody who takes part reads it in the mail."),
        max_length=LONGEST_REASON,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(
        self, *args: Any, sessions: Sequence[ConsultingSession], reviews: Sequence[Review], **options: Any
    ) -> None:
        """Let `sessions` and `reviews` be ticked."""
        super().__init__(*args, **options)
        self._offered: dict[str, dict[int, Any]] = {
            "sessions": {each.pk: each for each in sessions},
            "reviews": {each.pk: each for each in reviews},
        }
        for name, offered in self._offered.items():
            field = self.fields[name]
            assert isinstance(field, forms.MultipleChoiceField)
            field.choices = [(str(pk), str(each)) for pk, each in offered.items()]

    def clean_sessions(self) -> list[ConsultingSession]:
        return [self._offered["sessions"][pk] for pk in self.cleaned_data["sessions"]]

    def clean_reviews(self) -> list[Review]:
        return [self._offered["reviews"][pk] for pk in self.cleaned_data["reviews"]]
