"""Drawing up a statement, and the text of it that its hash is taken of (DOMAIN.md §6)."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from billing.domain.lines import Account, Due
from billing.models import Statement, StatementCounter, StatementLine
from core.money import round_to_minor_unit
from customers.models import BillingDetails, Customer


def draw_up(close_number: int, account: Account, due: Sequence[Due]) -> Statement:
    """Write the statement of one account with a line an entry; the next number of its selling entity is its own.

    The caller is inside a close: the counter's row stays locked until its commit, so that numbers have no gaps.
    """
    customer = due[0].entry.contract.customer
    statement = Statement(
        close_id=close_number,
        selling_entity=account.selling_entity,
        number=_next_number(account.selling_entity),
        customer=customer,
        currency=account.currency,
        minutes=sum(each.minutes for each in due),
        amount=sum((each.amount for each in due if each.amount is not None), Decimal(0)),
        particulars=particulars_of(customer),
    )
    lines = [_line(close_number, each) for each in due]
    statement.sha256 = digest(statement, lines)
    statement.save(force_insert=True)
    for line in lines:
        line.statement = statement
    StatementLine.objects.bulk_create(lines, batch_size=500)
    return statement


def particulars_of(customer: Customer) -> dict[str, str]:
    """To whom the statement is made out, as it stands now; `customer` comes with its billing details."""
    details = getattr(customer, "billing_details", None) or BillingDetails()
    return {
        "billing_name": details.billing_name or customer.name,
        "billing_address": details.billing_address,
        "country": customer.country,
        "vat_id": details.vat_id,
        "purchase_order": details.purchase_order,
        "billing_email": details.billing_email,
    }


def canonical(statement: Statement, lines: Iterable[StatementLine]) -> bytes:
    """The whole statement as one text that is the same on every machine, in every language and zone, for ever."""
    return json.dumps(
        {
            "statement": statement.reference,
            "close": statement.close_id,
            "selling_entity": statement.selling_entity,
            "customer": statement.customer_id,
            "particulars": statement.particulars,
            "currency": statement.currency,
            "minutes": statement.minutes,
            "amount": _money(statement.amount, statement.currency),
            "lines": [_canonical_line(line, statement.currency) for line in lines],
        },
        sort_keys=True,
        separators=(",", ":"),
        ensure_ascii=True,
    ).encode("ascii")


def digest(statement: Statement, lines: Iterable[StatementLine]) -> str:
    """SHA-256 of the canonical text, as hexadecimal digits."""
    return hashlib.sha256(canonical(statement, lines)).hexdigest()


def _canonical_line(line: StatementLine, currency: str) -> dict[str, Any]:
    return {
        "contract": line.contract_id,
        "time_entry": line.entry_id,
        "service_date": line.service_date.isoformat(),
        "minutes": line.minutes,
        "amount": _money(line.amount, currency),
        "hourly_rate": None if line.hourly_rate is None else _money(line.hourly_rate, currency),
        "reason": str(line.reason),
        "caused_by": line.caused_by_id,
    }


def _money(amount: Decimal, currency: str) -> str:
    return format(round_to_minor_unit(amount, currency), "f")


def _line(close_number: int, due: Due) -> StatementLine:
    assert due.amount is not None, "the close refuses unpriced entries"
    assert due.entry.service_date is not None
    return StatementLine(
        close_id=close_number,
        contract_id=due.entry.contract_id,
        entry=due.entry,
        service_date=due.entry.service_date,
        minutes=due.minutes,
        amount=due.amount,
        hourly_rate=due.priced.hourly_rate,
        reason=due.reason,
        caused_by_id=due.caused_by,
    )


def _next_number(selling_entity: str) -> int:
    StatementCounter.objects.get_or_create(selling_entity=selling_entity)
    counter = StatementCounter.objects.select_for_update().get(selling_entity=selling_entity)
    counter.last_number += 1
    counter.save(update_fields=["last_number"])
    return counter.last_number
