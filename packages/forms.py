"""What is typed on the pages of what was sold."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from packages.domain.passages import Passage
from packages.domain.terms import PREVAILING_LANGUAGE
from packages.domain.terms_drafts import Wording

LONGEST_TERMS = 60_000
"""Characters of one text: more is no text for a page."""


class AcceptTermsForm(forms.Form):
    """A customer admin accepts the text that is on their screen: `language` says which one that is."""

    language = forms.CharField(max_length=5, widget=forms.HiddenInput)
    accepted = forms.BooleanField(
        label=_("I have read these terms and accept them for my organisation."),
        error_messages={"required": _("Tick the box to accept the terms.")},
    )


class TermsDraftForm(forms.Form):
    """The next version of the terms: its name, its day, a title and a text a language, and where each rule stands."""

    version = forms.SlugField(
        label=_("Version"), max_length=20, help_text=_("A short name such as 2 or 2027-01: contracts refer to it.")
    )
    in_force_from = forms.DateField(
        label=_("In force from"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("Contracts signed from that day on get this version. The others keep theirs."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for language, name in settings.LANGUAGES:
            prevails = language == PREVAILING_LANGUAGE
            self.fields[f"title_{language}"] = forms.CharField(
                label=format_lazy("{title} ({language})", title=_("Title"), language=name),
                max_length=200,
                required=prevails,
            )
            self.fields[f"body_{language}"] = forms.CharField(
                label=format_lazy("{text} ({language})", text=_("Text"), language=name),
                max_length=LONGEST_TERMS,
                required=prevails,
                widget=forms.Textarea(attrs={"rows": 18, "lang": language}),
                help_text=_("A line such as “1. What you bought” opens a section; an empty line a paragraph."),
            )
        for passage in Passage:
            self.fields[f"passage_{passage}"] = forms.IntegerField(
                label=passage.label,
                min_value=1,
                max_value=999,
                required=False,
                widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
            )

    @property
    def texts(self) -> list[forms.BoundField]:
        """The fields of titles and texts, a language after the other."""
        return [self[f"{part}_{language}"] for language, _name in settings.LANGUAGES for part in ("title", "body")]

    @property
    def passages(self) -> list[forms.BoundField]:
        """The fields that say where each rule stands."""
        return [self[f"passage_{passage}"] for passage in Passage]

    def particulars(self) -> dict[str, Any]:
        """What was typed, as the rule takes it. Line ends become those that are hashed."""
        typed = self.cleaned_data
        return {
            "version": typed["version"],
            "in_force_from": typed["in_force_from"],
            "wordings": {
                language: Wording(typed[f"title_{language}"], typed[f"body_{language}"].replace("\r\n", "\n"))
                for language, _name in settings.LANGUAGES
            },
            "passages": {passage.value: typed[f"passage_{passage}"] or 0 for passage in Passage},
        }


class SeenDraftForm(forms.Form):
    """The draft that was on the screen when somebody decided about it."""

    seen = forms.DateTimeField(widget=forms.HiddenInput)
