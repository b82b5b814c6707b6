"""Months with very many lines, put there in one go: for what must not grow with their number."""

from contextlib import closing as closed_afterwards
from datetime import date

import psycopg2

from dev.postgres import SUPERUSER
from packages.models import Contract
from tests.plugin.servers import TestServers

FILL = """
SET session_replication_role = replica;
WITH entries AS (
    INSERT INTO ledger_entries (contract_id, kind, minutes, session_type, staff_id, started_at, service_date, basis,
                                note, internal_note, reason, created_at, known_in_close)
    SELECT %(contract)s, 'consumption', 30, 'supplementary-training', %(staff)s, at, at::date, 'delivered',
           'Groups and coaches, number ' || number, '', '', at, 1
      FROM (SELECT number, %(first)s::timestamptz + number %% 27 * interval '1 day' AS at
              FROM generate_series(1, %(lines)s) number) each
    RETURNING id, service_date
), the_close AS (
    INSERT INTO closes (number, month, closed_at, closed_by_id, delivered_minutes, included_minutes, billed_minutes,
                        courtesy_minutes, reversed_minutes, earlier_minutes, sha256)
    VALUES (%(close)s, %(first)s::date, '2026-06-03 09:00+00', %(staff)s, 0, 0, 0, 0, 0, 0, repeat('a', 64))
    RETURNING number
), statement AS (
    INSERT INTO statements (close_id, selling_entity, number, customer_id, currency, minutes, amount, particulars,
                            sha256)
    SELECT number, 'oura-health-oy', number, %(customer)s, 'EUR', 30 * %(lines)s, 60 * %(lines)s,
           '{"billing_name": "Acme", "billing_address": "", "country": "IT", "vat_id": "",
            "purchase_order": "", "billing_email": ""}',
           repeat('b', 64)
      FROM the_close
    RETURNING id, close_id
), lines AS (
    INSERT INTO statement_lines (statement_id, close_id, contract_id, entry_id, service_date, minutes, amount,
                                 hourly_rate, reason)
    SELECT statement.id, statement.close_id, %(contract)s, entries.id, entries.service_date, 30, 60, 120, 'delivered'
      FROM statement, entries
)
INSERT INTO billing_files (close_id, format, language, rows_total, rows_done, attempts, next_attempt_at, error,
                           stored_as, sha256)
SELECT number, format, CASE format WHEN 'json' THEN '' ELSE 'en' END, %(lines)s, 0, 0, now(), '', '', ''
  FROM the_close, unnest(ARRAY['csv', 'xlsx', 'json']) format
"""


FILL_OPEN = """
SET session_replication_role = replica;
WITH entries AS (
    INSERT INTO ledger_entries (contract_id, kind, minutes, session_type, staff_id, started_at, service_date, basis,
                                note, internal_note, reason, created_at, known_in_close)
    SELECT %(contract)s, 'consumption', 30, 'supplementary-training', %(staff)s, at, at::date, 'delivered',
           'Groups and coaches, number ' || number, '', '', at, 1
      FROM (SELECT number, %(first)s::timestamptz + number * interval '10 seconds' AS at
              FROM generate_series(1, %(lines)s) number) each
    RETURNING id, staff_id, started_at
)
INSERT INTO entry_shares (entry_id, contract_id, staff_id, started_at, included_minutes, overage_minutes, is_reversed)
SELECT id, %(contract)s, staff_id, started_at, 0, 30, false FROM entries
"""


def fill_open_month(servers: TestServers, contract: Contract, *, staff_id: int, first: date, lines: int) -> None:
    """So many entries of 30 minutes of overage in the month from `first` on, which is open; 200,000 fit into it."""
    facts = {"contract": contract.pk, "staff": staff_id, "first": first, "lines": lines}
    with (
        closed_afterwards(psycopg2.connect(servers.database_url(role=SUPERUSER))) as connection,
        connection,
        connection.cursor() as cursor,
    ):
        cursor.execute(FILL_OPEN, facts)
        cursor.execute("ANALYZE ledger_entries, entry_shares")


def fill_month(servers: TestServers, contract: Contract, *, staff_id: int, close: int, lines: int) -> None:
    """The close of that number with so many lines of one statement, and the files of its month still owed."""
    address = servers.database_url(role=SUPERUSER)
    facts = {
        "contract": contract.pk,
        "customer": contract.customer_id,
        "staff": staff_id,
        "close": close,
        "first": date(2026, close, 1),
        "lines": lines,
    }
    with closed_afterwards(psycopg2.connect(address)) as connection, connection, connection.cursor() as cursor:
        cursor.execute(FILL, facts)
        cursor.execute("ANALYZE ledger_entries, statement_lines")
