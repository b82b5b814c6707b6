"""A terms text as a page shows it: its sections, without changing a word of what is hashed."""

import re
from dataclasses import dataclass

_NUMBERED_HEADING = re.compile(r"\d+\. \S")


@dataclass(frozen=True, slots=True)
class Section:
    """A stretch of a terms text; the words before the first numbered heading have none."""

    heading: str
    paragraphs: tuple[str, ...]


def sections_of(body: str) -> list[Section]:
    """Divide `body` at its blank lines; a block that begins with `1. …` opens a section with that line as heading."""
    sections: list[Section] = []
    for block in re.split(r"\n\s*\n", body.strip()):
        first, _, rest = block.partition("\n")
        if _NUMBERED_HEADING.match(first):
            sections.append(Section(first, (rest,) if rest else ()))
        elif sections:
            sections[-1] = Section(sections[-1].heading, (*sections[-1].paragraphs, block))
        else:
            sections.append(Section("", (block,)))
    return sections
