"""Who is told what became of a request for a time: mail owed in the transaction of the fact (DOMAIN.md §7)."""

from collections.abc import Iterable
from datetime import datetime

from customers.domain.queries import lead_of
from customers.domain.roles import is_admin_of
from customers.models import User
from notifications.domain.outbox import Owed, owe_all
from packages.domain.contracts import dedicated_of
from sessions.domain.cover import who_answers_for
from sessions.models import TimeRequest

ASKED = "time_asked"
PROPOSED = "time_proposed"
DECLINED = "time_declined"
WITHDRAWN = "time_withdrawn"
EXPIRED = "time_expired"


def tell_of_asking(asked: TimeRequest, *, now: datetime) -> None:
    """Owe the lead and the dedicated person, and who covers for them, the customer's wishes."""
    _tell(ASKED, asked, who_answers(asked, now=now), now)


def tell_of_proposal(asked: TimeRequest, *, now: datetime) -> None:
    """Owe the person who asked the time that was proposed."""
    assert asked.starts_at is not None
    _tell(PROPOSED, asked, [asked.asked_by], now, version=f":{now.isoformat()}", starts_at=asked.starts_at.isoformat())


def tell_of_declining(asked: TimeRequest, *, by: User, now: datetime) -> None:
    """Owe the other side the reason."""
    by_customer = is_admin_of(by, asked.contract.customer_id)
    _tell(DECLINED, asked, who_answers(asked, now=now) if by_customer else [asked.asked_by], now)


def tell_of_withdrawing(asked: TimeRequest, *, now: datetime) -> None:
    """Owe staff the news that no answer is needed."""
    _tell(WITHDRAWN, asked, who_answers(asked, now=now), now)


def tell_of_expiry(asked: TimeRequest, *, now: datetime) -> None:
    """Owe both sides the news that the proposed time is held no longer."""
    _tell(EXPIRED, asked, [asked.asked_by, *who_answers(asked, now=now)], now)


def who_answers(asked: TimeRequest, *, now: datetime) -> list[User]:
    """The lead, the dedicated person and who proposed a time, each with who covers for them; nobody twice."""
    contract = asked.contract
    people = [lead_of(contract.customer), dedicated_of(contract), asked.staff]
    return list(
        dict.fromkeys(
            reader
            for person in people
            if person is not None
            for reader in who_answers_for(person, customer=contract.customer, at=now)
        )
    )


def _tell(
    kind: str, asked: TimeRequest, readers: Iterable[User], now: datetime, *, version: str = "", **facts: str
) -> None:
    owe_all(
        [
            Owed(kind=kind, key=f"{kind}:{asked.pk}{version}", to=reader, facts=facts, due_at=now, subject_id=asked.pk)
            for reader in readers
        ],
        now=now,
    )
