"""Owing mail: rows written in the transaction of the fact that they tell of (DOMAIN.md §11).

Nothing is published to the broker from here: a worker asks for what is due every few seconds, so a broker that is
away or frozen can neither hold a request up nor lose a mail.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from customers.models import User
from notifications.domain.kinds import kind_called
from notifications.models import Message


@dataclass(frozen=True, slots=True)
class Address:
    """Somebody who does not sign in: a guest by name and e-mail address, and how they read."""

    name: str
    email: str
    language: str
    time_zone: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Owed:
    """One mail that is owed to one person. `key` names the thing and the moment that it is about."""

    kind: str
    key: str
    to: User | Address
    facts: Mapping[str, Any]
    due_at: datetime
    subject_id: int | None = None


def owe(
    *,
    kind: str,
    key: str,
    to: User | Address,
    facts: Mapping[str, Any],
    due_at: datetime,
    now: datetime,
    subject_id: int | None = None,
) -> None:
    """Owe one mail from `due_at` on; owing it again (same `key`, same address) changes nothing.

    :param facts: what `Kind.compose` needs besides the present state, ready for JSON
    :param subject_id: the primary key of what the mail is about, so that staff find it
    :raises UnknownKind: if no kind of that code is registered
    """
    owe_all([Owed(kind=kind, key=key, to=to, facts=facts, due_at=due_at, subject_id=subject_id)], now=now)


def owe_all(owed: Iterable[Owed], *, now: datetime, anew: bool = False) -> int:
    """Owe many mails with two queries; returns how many were not owed before.

    :param anew: owe also what was withdrawn unsent, with a third query: its cause is there again
    :raises UnknownKind: if no kind of such a code is registered
    """
    rows = {(row.key, row.recipient_email): row for row in (_row(one, now) for one in owed)}
    known = Message.objects.filter(key__in={key for key, _address in rows})
    withdrawn = []
    for key, address, pk, state in known.values_list("key", "recipient_email", "pk", "state"):
        if rows.pop((key, address), None) is not None and state == Message.State.WITHDRAWN:
            withdrawn.append(pk)
    # What another worker owes at this very moment is no conflict: the unique key lets one of both rows in.
    Message.objects.bulk_create(rows.values(), ignore_conflicts=True)
    return len(rows) + (_owe_anew(withdrawn, now) if anew else 0)


def _owe_anew(withdrawn: Collection[int], now: datetime) -> int:
    return Message.objects.filter(pk__in=withdrawn, state=Message.State.WITHDRAWN).update(
        state=Message.State.PENDING, state_since=now, due_at=now, next_attempt_at=now
    )


def _row(owed: Owed, now: datetime) -> Message:
    to = owed.to
    return Message(
        kind=kind_called(owed.kind).code,
        key=owed.key,
        recipient=to if isinstance(to, User) else None,
        recipient_name=to.name,
        recipient_email=to.email.strip().lower(),
        language=to.language,
        time_zone=to.time_zone,
        subject_id=owed.subject_id,
        facts=dict(owed.facts),
        due_at=owed.due_at,
        created_at=now,
        state_since=now,
        next_attempt_at=owed.due_at,
    )
