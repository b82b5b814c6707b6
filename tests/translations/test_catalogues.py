"""Every sentence of the product exists in every language, with the same placeholders, and nothing is guessed."""

import re
from collections import Counter
from difflib import unified_diff

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

from dev.messages import LANGUAGES, catalogue_path, update

PLACEHOLDER = re.compile(r"%(?:\((\w+)\))?[sdrif]|\{(\w*)\}")
TYPEWRITTEN = re.compile(r"\w'|'\w")


def catalogue(language: str) -> Catalog:
    with catalogue_path(language).open("rb") as file:
        return read_po(file, locale=language)


def sentences(language: str) -> list[Message]:
    return [message for message in catalogue(language) if message.id]


def forms(text: str | tuple[str, ...] | list[str] | None) -> list[str]:
    return [""] if text is None else [text] if isinstance(text, str) else list(text)


def placeholders(text: str) -> Counter[str]:
    return Counter(match.group(0) for match in PLACEHOLDER.finditer(text.replace("%%", "")))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_catalogue_holds_exactly_what_the_product_says(language: str) -> None:
    both = (catalogue_path(language).read_bytes(), update(language))
    held, said = (each.decode().splitlines(keepends=True) for each in both)
    differing = list(unified_diff(held, said, "the catalogue", "the product", n=0))
    assert not differing, "".join(["run `make messages`, then translate\n", *differing])


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_untranslated_or_fuzzy(language: str) -> None:
    untranslated = [message.id for message in sentences(language) if not all(forms(message.string))]
    fuzzy = [message.id for message in sentences(language) if message.fuzzy]
    assert (untranslated, fuzzy) == ([], [])


def test_italian_is_set_with_its_own_apostrophe() -> None:
    typewritten = [form for message in sentences("it") for form in forms(message.string) if TYPEWRITTEN.search(form)]
    assert typewritten == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_placeholders_are_the_same(language: str) -> None:
    differing = [
        (message.id, form)
        for message in sentences(language)
        for original, form in zip(forms(message.id), forms(message.string), strict=True)
        if placeholders(original) != placeholders(form)
    ]
    assert differing == []


def test_a_missing_placeholder_would_be_seen() -> None:
    assert placeholders("%(name)s has %(left)s") != placeholders("%(name)s ha")
