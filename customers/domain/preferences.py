"""How a person wants to read the portal."""

from customers.models import User


def keep_language(*, person: User, language: str) -> None:
    """Remember the language (a portal code: "en", "it") in which `person` reads pages and mail (DOMAIN.md §13)."""
    if person.language != language:
        person.language = language
        person.save(update_fields=["language"])


def keep_single_keys(*, person: User, wanted: bool) -> None:
    """Remember whether a single key may act on the pages that `person` reads; Ctrl+K always does."""
    if person.single_keys != wanted:
        person.single_keys = wanted
        person.save(update_fields=["single_keys"])
