"""Which characters a text that people typed may hold."""

import re

# Control characters, separators of lines and paragraphs, and marks that turn the direction of what follows: spelt so
# that they mean the same in a regular expression of JSON Schema (ECMA 262).
_UNSEEN = r"\x7f-\x9f\u2028-\u202e\u2066-\u2069"
ONE_LINE = rf"^[^\x00-\x1f{_UNSEEN}]*$"
SEVERAL_LINES = rf"^[^\x00-\x08\x0b\x0c\x0e-\x1f{_UNSEEN}]*$"
_HALF_A_CHARACTER = re.compile("[\ud800-\udfff]")


def is_plain(text: str, *, lines: bool) -> bool:
    """Whether `text` holds nothing that a reader cannot see or that shows something else than what is stored.

    Refused are control characters (in a text of several `lines` except line breaks and tabs), lone surrogates, which
    no database stores, and marks that turn the direction of what follows, which make one text look like another.
    """
    allowed = re.fullmatch(SEVERAL_LINES if lines else ONE_LINE, text)
    return allowed is not None and _HALF_A_CHARACTER.search(text) is None
