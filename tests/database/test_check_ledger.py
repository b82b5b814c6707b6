"""`manage.py check_ledger` recomputes every share, exits 1 and names each difference (DOMAIN.md §4)."""

from io import StringIO

import pytest
from django.core.management import call_command
from psycopg2.extensions import connection as Connection  # noqa: N812 - the driver spells its class in lower case

from tests.database.conftest import Ledger


def differences_named() -> list[str]:
    """Run the command, which must exit 1, and return the lines that it complains with."""
    complaints = StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("check_ledger", stderr=complaints)
    assert ended.value.code == 1
    return complaints.getvalue().splitlines()


def test_says_how_many_contracts_it_checked(ledger: Ledger) -> None:
    said = StringIO()
    call_command("check_ledger", stdout=said)
    assert said.getvalue() == "2 contracts checked, every share is right\n"


def test_names_minutes_that_were_given_to_the_wrong_entry(app: Connection, ledger: Ledger) -> None:
    """The database conserves minutes but does not know whose they are: the order of delivery decides that."""
    with app, app.cursor() as cursor:
        cursor.execute(
            "UPDATE entry_shares SET included_minutes = CASE entry_id WHEN %(full)s THEN 45 ELSE 30 END,"
            " overage_minutes = CASE entry_id WHEN %(full)s THEN 15 ELSE 0 END WHERE entry_id IN (%(full)s, %(half)s)",
            {"full": ledger.full.pk, "half": ledger.half.pk},
        )
    contract = ledger.contract.pk
    of_both = "stored {} (included/overage), should be {} (included/overage)"
    assert differences_named() == [
        f"contract {contract}, entry {ledger.full.pk}: {of_both.format('45/15', '60/0')}",
        f"contract {contract}, entry {ledger.half.pk}: {of_both.format('30/0', '15/15')}",
        "2 differences in 2 contracts",
    ]


def test_names_a_share_that_is_missing(owner: Connection, ledger: Ledger) -> None:
    """Only who may switch triggers off can take a share away; the check still tells."""
    with owner, owner.cursor() as cursor:
        cursor.execute("ALTER TABLE entry_shares DISABLE TRIGGER USER")
        cursor.execute("DELETE FROM entry_shares WHERE entry_id = %s", [ledger.foreign_entry.pk])
        cursor.execute("ALTER TABLE entry_shares ENABLE TRIGGER USER")
    missing = f"contract {ledger.foreign.pk}, entry {ledger.foreign_entry.pk}: stored nothing"
    assert differences_named() == [f"{missing}, should be 60/0 (included/overage)", "1 differences in 2 contracts"]


def test_names_an_entry_that_stands_under_another_day(owner: Connection, ledger: Ledger) -> None:
    """The month that an entry is billed in hangs on its date. More than a day off, the database refuses by itself."""
    with owner, owner.cursor() as cursor:
        cursor.execute("ALTER TABLE ledger_entries DISABLE TRIGGER USER")
        cursor.execute("UPDATE ledger_entries SET service_date = '2026-02-06' WHERE id = %s", [ledger.full.pk])
        cursor.execute("ALTER TABLE ledger_entries ENABLE TRIGGER USER")
    entry = f"contract {ledger.contract.pk}, entry {ledger.full.pk}"
    assert differences_named() == [
        f"{entry}: dated 2026-02-06, should be 2026-02-05",
        "1 differences in 2 contracts",
    ]
