"""What people, scripts and attackers send, and the short list of what may well be meant."""

from urllib.parse import quote_plus

from tests.sweep.forms import Field

NONSENSE: dict[str, str] = {
    "nothing": "",
    "too long": quote_plus("x" * 20_000),
    "another type": quote_plus("[object Object]"),
    "a negative number": "-1",
    "a huge number": "9" * 30,
    "NUL": "a%00b",
    "a lone surrogate": "a%ED%A0%80b",
    "a right-to-left override": quote_plus("a\N{RIGHT-TO-LEFT OVERRIDE}b"),
    "1 MB": "x" * 1_000_000,
    "NaN": "NaN",
    "Infinity": "Infinity",
    "an unknown id": "987654321",
}
"""By name, as it stands in the body of a form."""

UNREADABLE = frozenset({"too long", "NUL", "a lone surrogate", "a right-to-left override", "1 MB"})
"""No words even where somebody writes freely; the rest is odd but can be read."""

HARMLESS = {
    "next": "leads to the first page where it is no address of ours",
    "moves_seen": "a mark of what the page showed; where nothing moves there was nothing to see",
    "quote": "the same: without overage no figures had to be seen",
    "guests-TOTAL_FORMS": "Django's count of rows: no row is read that was not sent",
    "guests-INITIAL_FORMS": "the same, of rows that were there before",
    "guests-MIN_NUM_FORMS": "Django writes it and never reads it",
    "guests-MAX_NUM_FORMS": "Django writes it and never reads it",
}
"""Fields in which nothing is refused because nothing is done with it, and why."""

FREE_TEXT = frozenset({"text", "textarea", "search"})


def may_be_meant(field: Field, nonsense: str, *, holds_words: bool) -> bool:
    """Whether a form may take `nonsense` in `field` for what somebody wanted; `holds_words` if plain words may be."""
    if field.name in HARMLESS:
        return True
    if nonsense == "nothing":
        return not field.required
    if field.kind == "checkbox" and len(field.options) == 1:
        # A single box says only that it was ticked; what a browser sends for it has no meaning.
        return True
    return field.kind in FREE_TEXT and holds_words and nonsense not in UNREADABLE
