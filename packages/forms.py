"""What is typed on the pages of what was sold."""

from django import forms
from django.utils.translation import gettext_lazy as _


class AcceptTermsForm(forms.Form):
    """A customer admin accepts the text that is on their screen: `language` says which one that is."""

    language = forms.CharField(max_length=5, widget=forms.HiddenInput)
    accepted = forms.BooleanField(
        label=_("I have read these terms and accept them for my organisation."),
        error_messages={"required": _("Tick the box to accept the terms.")},
    )
