"""What may not be read in Italian: the words that only the English catalogue knows."""

import re
from collections.abc import Iterable

from babel import Locale
from babel.messages.pofile import read_po
from django.apps import apps
from django.db.models import CharField, TextField

from dev.messages import catalogue_path

WORD = re.compile(r"[^\W\d_]{3,}")
NO_WORDS = re.compile(r"%\(\w+\)[sd]|\{\w*\}|https?://\S+")
# Days and months come from the formatter, not from the catalogue.
OF_DATES = (
    "monday tuesday wednesday thursday friday saturday sunday mon tue wed thu fri sun january february march april may"
    " june july august september october november december jun jul aug sept oct dec"
)
# What people typed stands on a page as they typed it, and a package's name is a name; its versions' words are ours.
TYPED = (
    "customers",
    "consulting_sessions",
    "support_packages",
    "notifications",
    "billing",
    "home",
    "support",
    "reviews",
)
OURS = {"packageversion", "termsversion", "termstext"}


def english_words(language: str) -> set[str]:
    """Words of the source that neither a translation uses nor a month is called: September is "set" in Italian."""
    with catalogue_path(language).open("rb") as file:
        messages = [message for message in read_po(file, locale=language) if message.id]
    english = _words(text for message in messages for text in _texts(message.id)) | _words([OF_DATES])
    months = [
        name for by_width in Locale(language).months.values() for each in by_width.values() for name in each.values()
    ]
    return english - _words(text for message in messages for text in _texts(message.string)) - _words(months)


def typed_words() -> set[str]:
    """Words that somebody typed into the database: names, notes, reasons, addresses."""
    texts: list[str] = []
    for label in TYPED:
        if not apps.is_installed(apps.get_app_config(label).name):
            continue
        for model in apps.get_app_config(label).get_models():
            fields = [field.name for field in model._meta.fields if isinstance(field, CharField | TextField)]
            if fields and model._meta.model_name not in OURS:
                for row in model._base_manager.values_list(*fields):
                    texts += [text for text in row if isinstance(text, str)]
    return _words(texts)


def words_of(text: str) -> set[str]:
    """The words of a page's visible text."""
    return _words([text])


def _words(texts: Iterable[str]) -> set[str]:
    return {word.lower() for text in texts for word in WORD.findall(NO_WORDS.sub(" ", text))}


def _texts(of: str | list[str] | tuple[str, ...] | None) -> list[str]:
    return [of] if isinstance(of, str) else list(of or ())
