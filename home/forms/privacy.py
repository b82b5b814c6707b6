"""What is typed before a person's data is taken away, and how the list of who left is narrowed."""

from django import forms
from django.utils.translation import gettext_lazy as _

from home.domain.privacy.leaving import LONGEST_REASON


class AnonymiseForm(forms.Form):
    """Why, and that what goes was read: it cannot be undone."""

    reason = forms.CharField(
        label=_("Reason"),
        help_text=_("It is kept, so leave the person's name and address out: “asked for it by mail”."),
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    understood = forms.BooleanField(label=_("I have read what goes for good"))
