"""Which characters a text that people typed may hold."""

import unicodedata

_LINE_BREAKS = frozenset("\n\r\t")
_DIRECTION_OVERRIDES = frozenset(
    "\N{LEFT-TO-RIGHT EMBEDDING}\N{RIGHT-TO-LEFT EMBEDDING}\N{POP DIRECTIONAL FORMATTING}"
    "\N{LEFT-TO-RIGHT OVERRIDE}\N{RIGHT-TO-LEFT OVERRIDE}\N{LEFT-TO-RIGHT ISOLATE}"
    "\N{RIGHT-TO-LEFT ISOLATE}\N{FIRST STRONG ISOLATE}\N{POP DIRECTIONAL ISOLATE}"
)


def is_plain(text: str, *, lines: bool) -> bool:
    """Whether `text` holds nothing that a reader cannot see or that shows something else than what is stored.

    Refused are control characters (in a text of several `lines` except line breaks and tabs), lone surrogates, which
    no database stores, and marks that turn the direction of what follows, which make one text look like another.
    """
    return not any(
        char in _DIRECTION_OVERRIDES
        or (unicodedata.category(char) in {"Cc", "Cs", "Zl", "Zp"} and not (lines and char in _LINE_BREAKS))
        for char in text
    )
