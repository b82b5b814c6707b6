"""Texts as people look them up."""

import unicodedata


def folded(text: str) -> str:
    """`text` as it is compared where neither capitals nor accents count: `Attività` is `attivita`."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(char for char in decomposed if not unicodedata.combining(char))
