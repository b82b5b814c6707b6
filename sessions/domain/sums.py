"""Sums of a contract's ledger as the database adds them up, for lists that are sorted by them (DOMAIN.md §4)."""

from django.db.models import OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce

from sessions.models import EntryShare, LedgerEntry

Kind = LedgerEntry.Kind


def minutes_left() -> Combinable:
    """Of a contract: minutes that its package and adjustments give and no entry has drawn."""
    gives = Q(kind__in=[Kind.GRANT, Kind.ADJUSTMENT]) | Q(kind=Kind.REVERSAL, reverses__kind=Kind.ADJUSTMENT)
    return _sum_of(LedgerEntry.objects.filter(gives), "minutes") - _sum_of(EntryShare.objects.all(), "included_minutes")


def overage_minutes() -> Combinable:
    """Of a contract: minutes that its package does not cover."""
    return _sum_of(EntryShare.objects.all(), "overage_minutes")


def _sum_of(rows: "QuerySet[LedgerEntry] | QuerySet[EntryShare]", field: str) -> Coalesce:
    total = rows.filter(contract=OuterRef("pk")).order_by().values("contract").annotate(total=Sum(field))
    return Coalesce(Subquery(total.values("total")), 0)
