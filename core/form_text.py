"""What every text field of every form refuses, so that no form has to think of it."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from core.text import is_plain

NOT_READABLE = "\N{REPLACEMENT CHARACTER}"
"""What stands where a request's bytes were no text, such as half of a surrogate pair."""


def refuse_unseen_characters(value: object) -> None:
    """Refuse what a reader cannot see or what shows something else than is stored (`core.text`).

    Fields of numbers with commas between them are text fields to Django: their value has been read by then.

    :raises ValidationError: with a sentence for whoever pasted it
    """
    if not isinstance(value, str):
        return
    if NOT_READABLE in value or not is_plain(value, lines=True):
        raise ValidationError(_("This text holds characters that cannot be shown."), code="unseen_characters")


def make_every_text_field_refuse_them() -> None:
    """Once, at start: fields of our forms, of packages' forms and of those still to be written."""
    forms.CharField.default_validators = [*forms.CharField.default_validators, refuse_unseen_characters]
