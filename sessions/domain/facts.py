"""A contract's facts, read once: what the allocation, the projection and the numbers are made of (DOMAIN.md §4, §7)."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple, Self

from django.db.models import Exists, OuterRef

from core.dates import local_day
from packages.domain.windows import Window, window_of
from packages.models import Contract
from sessions.domain.allocation import BOOKING, Drawing, Share, allocate
from sessions.models import ConsultingSession, LedgerEntry

Projection = dict[tuple[str, int], Share]
"""Shares by ("entry" | "booking" | …, id)."""

Kind = LedgerEntry.Kind


class Delivered(NamedTuple):
    """A time entry that was not reversed, with what the allocation asks of it. `minutes` are whole.

    Not the model: every act on a contract reads all of them, and most of what it would cost is making models.
    """

    pk: int
    staff_id: int
    session_id: int | None
    session_type: str
    started_at: datetime
    service_date: date
    minutes: int


@dataclass(slots=True)
class ContractFacts:
    """Minutes granted, entries not reversed, and sessions in `booked` of one contract."""

    contract: Contract
    window: Window
    granted: int = 0
    adjusted: int = 0
    entries: list[Delivered] = field(default_factory=list)
    bookings: list[ConsultingSession] = field(default_factory=list)

    @classmethod
    def of(cls, contract: Contract, *, with_bookings: bool = False) -> Self:
        """The facts of one contract."""
        return cls.of_many([contract], with_bookings=with_bookings)[contract.pk]

    @classmethod
    def of_many(cls, contracts: Iterable[Contract], *, with_bookings: bool = False) -> dict[int, Self]:
        """The facts of several contracts, by contract id: one query, two with the bookings."""
        facts = {contract.pk: cls(contract, window_of(contract)) for contract in contracts}
        reversal = LedgerEntry.objects.filter(reverses=OuterRef("pk"))
        standing = LedgerEntry.objects.filter(~Exists(reversal), contract__in=list(facts)).exclude(kind=Kind.REVERSAL)
        for contract_id, kind, *row in standing.order_by().values_list("contract_id", "kind", *Delivered._fields):
            facts[contract_id].take(kind, Delivered(*row))
        if with_bookings:
            for session in ConsultingSession.objects.filter(
                contract__in=list(facts), status=ConsultingSession.Status.BOOKED
            ):
                facts[session.contract_id].bookings.append(session)
        return facts

    def take(self, kind: str, row: Delivered) -> None:
        """Count one row of the ledger that was not reversed."""
        if kind == Kind.CONSUMPTION:
            self.entries.append(row)
        elif kind == Kind.GRANT:
            self.granted += row.minutes
        else:
            self.adjusted += row.minutes

    @property
    def available(self) -> int:
        """Minutes that the package and its adjustments give."""
        return self.granted + self.adjusted

    def shares(self, *extra: Drawing[int], without: int | None = None) -> dict[int, Share]:
        """What each unreversed entry draws, by entry id; with `extra` entries, or as if `without` were reversed."""
        drawings = [drawing_of_entry(entry) for entry in self.entries if entry.pk != without]
        return allocate(granted_minutes=self.available, window=self.window, drawings=[*drawings, *extra])

    def free(self, projection: Projection) -> int:
        """Minutes left that no session of `projection` draws: the one definition of §4 (ADR 10).

        Below zero it says how many logged minutes become overage once the sessions before them are logged.
        """
        left = self.available - sum(share.included_minutes for share in self.shares().values())
        return left - booked_included(projection)

    def projection(self, *extra: Drawing[tuple[str, int]], without: ConsultingSession | None = None) -> Projection:
        """The allocation over entries, bookings and what is asked for; keys are ("entry" | "booking" | …, id).

        `without` leaves one booking out: a move is quoted without its old place.
        """
        delivered = [rekeyed(drawing_of_entry(entry), ("entry", entry.pk)) for entry in self.entries]
        booked = [
            drawing_of_booking(session, self.contract)
            for session in self.bookings
            if without is None or session.pk != without.pk
        ]
        return allocate(granted_minutes=self.available, window=self.window, drawings=[*delivered, *booked, *extra])


def booked_included(projection: Projection) -> int:
    """Minutes of the package that the sessions of a projection draw: those in `booked`, and what is asked for."""
    return sum(share.included_minutes for (kind, _), share in projection.items() if kind != "entry")


def drawing_of_entry(entry: LedgerEntry | Delivered) -> Drawing[int]:
    """A time entry as the allocation sees it; its key is the entry's id."""
    assert entry.started_at is not None
    assert entry.service_date is not None
    assert entry.session_type is not None
    return Drawing(
        key=entry.pk,
        started_at=entry.started_at,
        day=entry.service_date,
        session_type=entry.session_type,
        minutes=entry.minutes,
        number=entry.pk,
    )


def drawing_of_booking(session: ConsultingSession, contract: Contract) -> Drawing[tuple[str, int]]:
    """A session in `booked` as the projection sees it: its start and its length."""
    return Drawing(
        key=("booking", session.pk),
        started_at=session.starts_at,
        day=local_day(session.starts_at, contract.time_zone),
        session_type=session.session_type,
        minutes=session.duration_minutes,
        rank=BOOKING,
        number=session.pk,
    )


def rekeyed(drawing: Drawing[int], key: tuple[str, int]) -> Drawing[tuple[str, int]]:
    """The same drawing under the key that a projection uses."""
    return Drawing(
        key=key,
        started_at=drawing.started_at,
        day=drawing.day,
        session_type=drawing.session_type,
        minutes=drawing.minutes,
        rank=drawing.rank,
        number=drawing.number,
    )
