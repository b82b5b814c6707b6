"""A terms text as a page shows it: its sections, without changing a word of what is hashed."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import zip_longest

_NUMBERED_HEADING = re.compile(r"(\d{1,3})\. \S")


@dataclass(frozen=True, slots=True)
class Section:
    """A stretch of a terms text; the words before the first numbered heading have none, and the number 0."""

    heading: str
    paragraphs: tuple[str, ...]
    number: int = 0


def sections_of(body: str) -> list[Section]:
    """Divide `body` at its blank lines; a block that begins with `1. …` opens a section with that line as heading."""
    sections: list[Section] = []
    for block in re.split(r"\n\s*\n", body.strip()):
        first, _, rest = block.partition("\n")
        if heading := _NUMBERED_HEADING.match(first):
            sections.append(Section(first, (rest,) if rest else (), int(heading[1])))
        elif sections:
            last = sections[-1]
            sections[-1] = replace(last, paragraphs=(*last.paragraphs, block))
        else:
            sections.append(Section("", (block,)))
    return sections


def numbers_of(body: str) -> list[int]:
    """The numbers of the sections of `body`, in their order."""
    return [section.number for section in sections_of(body) if section.number]


def side_by_side(body: str, other: str) -> Iterator[tuple[Section | None, Section | None]]:
    """The sections of two languages of one version, each beside its counterpart."""
    return zip_longest(sections_of(body), sections_of(other))
