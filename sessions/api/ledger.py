"""`/contracts/{id}/ledger/`: every row of a contract's hours."""

from collections.abc import Sequence
from typing import Any

from django.db.models.functions import Coalesce
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.fields import Instant, Money, money_text
from customers.api.views import PortalListView
from customers.domain.roles import Right
from customers.models import TokenScope
from packages.domain.contracts import contracts_visible_to
from packages.domain.rates import RateBook
from packages.session_types import SessionType
from sessions.domain.allocation import Share
from sessions.domain.pricing import PricedEntry, cost_of_overage, is_waived, price
from sessions.domain.queries import ledger_visible_to
from sessions.models import LedgerEntry


class LedgerRow(serializers.Serializer[Any]):
    """One row. Grants and adjustments: minutes granted; a reversal: minus its entry's. Only time entries draw."""

    id = serializers.IntegerField()
    kind = serializers.ChoiceField(choices=LedgerEntry.Kind.choices)
    session_type = serializers.ChoiceField(choices=SessionType.values, allow_null=True)
    session = serializers.IntegerField(allow_null=True)
    staff = serializers.EmailField(allow_null=True)
    started_at = Instant(allow_null=True)
    minutes = serializers.IntegerField()
    included_minutes = serializers.IntegerField(allow_null=True)
    overage_minutes = serializers.IntegerField(allow_null=True)
    amount = Money(allow_null=True, help_text="null where no rate is in force")
    currency = serializers.CharField()
    waived = serializers.BooleanField()
    reverses = serializers.IntegerField(allow_null=True)
    reversed_by = serializers.IntegerField(allow_null=True)
    created_at = Instant()
    created_by = serializers.EmailField(allow_null=True)


def described(rows: Sequence[LedgerEntry]) -> list[dict[str, Any]]:
    """Rows of `ledger_visible_to` as the API shows them, with one query for the rates of all."""
    time_entries = [row for row in rows if row.kind == LedgerEntry.Kind.CONSUMPTION]
    priced = {each.entry.pk: each for each in price(time_entries)} if time_entries else {}
    return list(LedgerRow([_row(row, priced.get(row.pk)) for row in rows], many=True).data)


def described_new(entry: LedgerEntry, share: Share) -> dict[str, Any]:
    """A time entry that was just written, without reading it again: nobody reversed or waived it yet."""
    assert entry.service_date is not None
    contract = entry.contract
    rate = RateBook.load([contract]).rate_on(contract, entry.service_date)
    amount = cost_of_overage(share.overage_minutes, rate, contract.currency)
    drawn = {
        "included_minutes": share.included_minutes,
        "overage_minutes": share.overage_minutes,
        "amount": money_text(amount, contract.currency),
        "waived": False,
        "reversed_by": None,
    }
    return dict(LedgerRow({**_written(entry), **drawn}).data)


def _row(row: LedgerEntry, priced: PricedEntry | None) -> dict[str, Any]:
    reversal = getattr(row, "reversed_by", None)
    return {
        **_written(row),
        "included_minutes": priced.included_minutes if priced else None,
        "overage_minutes": priced.overage_minutes if priced else None,
        "amount": money_text(priced.amount, priced.currency) if priced else None,
        "waived": is_waived(row),
        "reversed_by": reversal.pk if reversal is not None else None,
    }


def _written(row: LedgerEntry) -> dict[str, Any]:
    """What a row says by itself, for ever."""
    return {
        "id": row.pk,
        "kind": row.kind,
        "session_type": row.session_type,
        "session": row.session_id,
        "staff": row.staff.email if row.staff is not None else None,
        "started_at": row.started_at,
        "minutes": row.minutes,
        "currency": row.contract.currency,
        "reverses": row.reverses_id,
        "created_at": row.created_at,
        "created_by": row.created_by.email if row.created_by is not None else None,
    }


class Ledger(PortalListView):
    """A contract's ledger."""

    see = Right.SEE_CONTRACTS
    scope = TokenScope.MANAGE
    ordering = ("at", "pk")

    @extend_schema(responses=LedgerRow(many=True))
    def get(self, request: Request, pk: int) -> Response:
        """Every row, by the start of the meeting (or the moment of typing, where there is none) and id."""
        contract = self.find(contracts_visible_to(self.person), pk)
        rows = ledger_visible_to(self.person).filter(contract=contract)
        return self.page_of(rows.annotate(at=Coalesce("started_at", "created_at")), described)
