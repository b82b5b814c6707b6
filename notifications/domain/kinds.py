"""Which kinds of mail exist. The apps above register theirs when they are ready; nothing here imports upwards."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.functional import Promise

from customers.domain.roles import Right
from notifications.domain.letters import Letter
from notifications.models import Message

Compose = Callable[[Message, datetime], Letter | None]


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One kind of mail and how it is written.

    `compose` is called just before sending, in the reader's language and zone: it reads the present state anew and
    answers with the letter, or with None if it is no longer wanted (cancelled, moved, too late, the person is gone).
    """

    code: str
    label: str | Promise
    compose: Compose
    may_be_muted: bool = False
    """Whether a person may switch this kind off for themselves."""
    at_least_once: bool = False
    """Rather twice than never: a mail whose fate is unknown is sent again, under the same Message-ID."""
    tries_for: timedelta = timedelta(days=3)
    """For how long after it was due a refused mail is tried again."""
    for_rights: frozenset[Right] = frozenset()
    """Who may get it: people with any of these rights; empty, everybody."""
    page: str = ""
    """The name of the page of what it is about, which takes `Message.subject_id`; for staff who look at the outbox."""


class UnknownKind(LookupError):
    """Nobody registered a kind of this code."""


_kinds: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    """Make `kind` known; called from `AppConfig.ready`.

    :raises ValueError: if its code is taken
    """
    if kind.code in _kinds:
        raise ValueError(f"two kinds of mail are called {kind.code!r}")
    _kinds[kind.code] = kind


def kind_called(code: str) -> Kind:
    """The kind of that code.

    :raises UnknownKind: if there is none
    """
    try:
        return _kinds[code]
    except KeyError:
        raise UnknownKind(f"no kind of mail is called {code!r}") from None


def all_kinds() -> list[Kind]:
    """Every kind, in the order of their registration."""
    return list(_kinds.values())


def mutable_kinds() -> list[Kind]:
    """The kinds that a person may switch off, for the page of their preferences."""
    return [kind for kind in all_kinds() if kind.may_be_muted]
