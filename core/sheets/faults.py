"""What is wrong with a file: where, and in a sentence that the person who exported it understands."""

from dataclasses import asdict, dataclass
from typing import Any, Self

from django.conf import settings
from django.utils import translation

from core.sentences import said_later
from core.text import is_plain

SHOWN_CHARACTERS = 60
UNSEEN = "\N{REPLACEMENT CHARACTER}"
_ON_ONE_LINE = str.maketrans("\r\n\t", "   ")


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault, with its sentence in every language of the portal.

    `row` counts as a spreadsheet does, the headings being row 1; 0 if it is the file's as a whole. `column` is the
    heading as it stands in the file, `value` what stands in the cell, shortened and without what cannot be seen.
    """

    row: int
    column: str
    value: str
    code: str
    sentences: dict[str, str]

    @classmethod
    def of(
        cls, code: str, sentence: Any, *, row: int = 0, column: str = "", value: str = "", **particulars: Any
    ) -> Self:
        """The fault `code`; `sentence` is a lazy translation with `%(name)s` for each of `particulars`."""
        said = said_later(sentence, {name: shown(str(text)) for name, text in particulars.items()})
        return cls(row, shown(column), shown(value), code, _in_every_language(said if particulars else sentence))

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> Self:
        """The fault as `as_json` kept it."""
        return cls(**kept)

    def as_json(self) -> dict[str, Any]:
        """Ready to be kept."""
        return asdict(self)

    @property
    def sentence(self) -> str:
        """What is wrong, in the language that is active."""
        return self.sentences.get(translation.get_language() or "", "") or self.sentences["en"]


class UnreadableFile(Exception):
    """The file as a whole cannot be read; `faults` say why."""

    def __init__(self, *faults: Fault) -> None:
        super().__init__(*faults)
        self.faults = list(faults)


def shown(text: str) -> str:
    """`text` short enough for a line, on one line, with a mark in place of every character that cannot be seen."""
    short = text if len(text) <= SHOWN_CHARACTERS else f"{text[:SHOWN_CHARACTERS]}…"
    return "".join(char if is_plain(char, lines=False) else UNSEEN for char in short.translate(_ON_ONE_LINE))


def _in_every_language(sentence: Any) -> dict[str, str]:
    said = {}
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            said[language] = str(sentence)
    return said
