"""Meetings of the one diary that belong to an app above: what they are called, and their calendar entries.

The apps above make themselves known when they are ready, as kinds of mail are; nothing here imports upwards.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from icalendar import Event

from customers.models import User


@dataclass(frozen=True, slots=True)
class OtherMeeting:
    """A meeting that is no session, as pages name it. `url` is its page."""

    title: str
    customer: str
    url: str


Describe = Callable[[Collection[int]], dict[int, OtherMeeting]]
"""The meetings behind diary entries, by the entries' ids; in the reader's language, with a fixed number of queries."""
Publish = Callable[[User, datetime], Sequence[tuple[Event, datetime]]]
"""The entries of a person's private feed that end after an instant, by their start, each with when it last changed."""

_known: list[tuple[Describe, Publish]] = []


def make_known(describe: Describe, publish: Publish) -> None:
    """Have meetings of another app shown in diaries and feeds; called once by its configuration."""
    _known.append((describe, publish))


def described(entries: Collection[int]) -> dict[int, OtherMeeting]:
    """What stands behind those diary entries that belong to no session, by id."""
    found: dict[int, OtherMeeting] = {}
    for describe, _publish in _known if entries else ():
        found |= describe(entries)
    return found


def published(person: User, *, since: datetime) -> list[tuple[Event, datetime]]:
    """What else belongs into the private feed of `person`."""
    return [each for _describe, publish in _known for each in publish(person, since)]
