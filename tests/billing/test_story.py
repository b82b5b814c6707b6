"""Three months of one customer, as finance signs them: a late entry, a reversal, a rate rise and a waiver (§4–§6).

Acme bought a Launch Kit on 31 January 2026: 240 minutes until 30 April. An hour beyond them costs €120.00, from 1 April
on €150.00. Every figure below is worked out beside it.
"""

from datetime import date, timedelta

import pytest
from django.core.management import call_command
from django.db.models import Sum

from billing.domain.closing import close_month, over_at
from billing.models import Close, Statement
from packages.models import Contract
from sessions.domain.ledger import reverse_entry
from sessions.domain.waivers import waive
from sessions.models import LedgerEntry
from tests.factories import LONG_AGO, at, giulia, launch_kit, logged, pekka, rate, shares_of, sofia

pytestmark = pytest.mark.django_db

FEBRUARY, MARCH, APRIL = date(2026, 2, 1), date(2026, 3, 1), date(2026, 4, 1)


def met(contract: Contract, session_type: str, minutes: int, day: str, *, typed: str = "") -> LedgerEntry:
    """A meeting at ten o'clock, logged the same evening, or on the day `typed`."""
    return logged(contract, session_type, minutes, f"{day} 10:00", now=at(f"{typed or day} 18:00")).entry


def closed(month: date) -> Close:
    """Finance closes the month three days after its end; every closed month can still be derived from the ledger."""
    close = close_month(month=month, by=pekka(), now=over_at(month) + timedelta(days=3))
    call_command("check_billing")
    return close


def lines(close: Close) -> list[str]:
    """The lines of the only statement, as printed: day of the meeting, minutes, amount, reason."""
    printed = close.statements.get().lines.order_by("service_date", "entry")
    return [f"{line.service_date:%d %b} {line.minutes:+d} {line.amount:+} {line.reason}" for line in printed]


def statement(close: Close) -> tuple[str, int, str]:
    made = close.statements.get()
    return made.reference, made.minutes, f"{made.amount} {made.currency}"


def minutes_of(close: Close) -> dict[str, int]:
    """Where every delivered minute of the month went; apart, the lines of earlier months."""
    return {
        "delivered": close.delivered_minutes,
        "included": close.included_minutes,
        "billed": close.billed_minutes,
        "courtesy": close.courtesy_minutes,
        "reversed": close.reversed_minutes,
        "earlier": close.earlier_minutes,
    }


def test_three_months(capsys: pytest.CaptureFixture[str]) -> None:
    rate("EUR", "120.00", now=LONG_AGO)
    rate("EUR", "150.00", valid_from=APRIL, now=at("2026-02-01 09:00"))
    contract = launch_kit(now=at("2026-01-30 09:00"))

    # February: 305 minutes were delivered, 240 are included, 65 are overage.
    met(contract, "kickoff", 60, "2026-02-03")  # 60 included, 180 left
    met(contract, "operations", 60, "2026-02-10")  # 60 included, 120 left
    met(contract, "software-training", 60, "2026-02-17")  # 60 included, 60 left
    met(contract, "operations", 45, "2026-02-24")  # 45 included, 15 left
    met(contract, "operations", 30, "2026-02-26")  # 15 included, 15 overage
    of_another = met(contract, "supplementary-training", 50, "2026-02-27")  # always overage
    assert shares_of(contract) == ["60/0", "60/0", "60/0", "45/0", "15/15", "0/50"]

    february = closed(FEBRUARY)

    assert lines(february) == [
        "26 Feb +15 +30.00 delivered",  # 15 min × €120.00 ÷ 60
        "27 Feb +50 +100.00 delivered",  # 50 min × €120.00 ÷ 60
    ]
    assert statement(february) == ("OH-000001", 65, "130.00 EUR")  # 15 + 50; 30.00 + 100.00
    assert minutes_of(february) == {
        "delivered": 305,  # 60 + 60 + 60 + 45 + 30 + 50
        "included": 240,  # the whole package
        "billed": 65,
        "courtesy": 0,
        "reversed": 0,
        "earlier": 0,
    }

    # March: a meeting of 5 February is typed late, and the training of 27 February was another customer's.
    met(contract, "operations", 30, "2026-02-05", typed="2026-03-05")  # goes before what was delivered after it
    march_training = met(contract, "supplementary-training", 45, "2026-03-12")
    reverse_entry(entry=of_another, by=giulia(), reason="Another customer's training", now=at("2026-03-20 09:00"))
    assert shares_of(contract) == [
        *("60/0", "60/0", "60/0"),
        "30/15",  # 24 February: 240 − 60 − 30 − 60 − 60 leave 30 of its 45
        "0/30",  # 26 February: nothing is left
        "reversed",
        "30/0",  # 5 February, the late one
        "0/45",
    ]

    march = closed(MARCH)

    assert lines(march) == [
        "24 Feb +15 +30.00 moved",  # 15 min now, 0 before
        "26 Feb +15 +30.00 moved",  # 30 min = €60.00 now, less 15 min = €30.00 billed in February
        "27 Feb -50 -100.00 reversed",  # what February billed
        "12 Mar +45 +90.00 delivered",  # 45 min × €120.00 ÷ 60
    ]
    assert statement(march) == ("OH-000002", 25, "50.00 EUR")  # 15 + 15 − 50 + 45; 30 + 30 − 100 + 90
    assert minutes_of(march) == {
        "delivered": 45,
        "included": 0,
        "billed": 45,
        "courtesy": 0,
        "reversed": 0,
        "earlier": -20,  # 15 + 15 − 50
    }

    # April: the higher rate holds for April's meetings alone, and the March training becomes a courtesy.
    met(contract, "supplementary-training", 10, "2026-03-31", typed="2026-04-02")
    met(contract, "operations", 20, "2026-04-14")
    met(contract, "supplementary-training", 25, "2026-04-21")
    waive(entry=march_training, by=sofia(), reason="Our video link failed", now=at("2026-04-22 09:00"))

    april = closed(APRIL)

    assert lines(april) == [
        "12 Mar -45 -90.00 waived",  # what March billed
        "31 Mar +10 +20.00 late_entry",  # 10 min × €120.00 ÷ 60: the rate of the day of the meeting
        "14 Apr +20 +50.00 delivered",  # 20 min × €150.00 ÷ 60
        "21 Apr +25 +62.50 delivered",  # 25 min × €150.00 ÷ 60
    ]
    assert statement(april) == ("OH-000003", 10, "42.50 EUR")  # −45 + 10 + 20 + 25; −90 + 20 + 50 + 62.50
    assert minutes_of(april) == {
        "delivered": 45,  # 20 + 25
        "included": 0,
        "billed": 45,
        "courtesy": 0,
        "reversed": 0,
        "earlier": -35,  # −45 + 10
    }

    # In the end: 30 + 60 for 24 and 26 February, 20 for 31 March, 50 and 62.50 for April.
    together = Statement.objects.aggregate(minutes=Sum("minutes"), amount=Sum("amount"))
    assert (together["minutes"], str(together["amount"])) == (100, "222.50")  # 65 + 25 + 10; 130 + 50 + 42.50
    assert lines(february) == ["26 Feb +15 +30.00 delivered", "27 Feb +50 +100.00 delivered"], "as it was signed"
    assert "3 closes, 3 statements checked: every line and file is right" in capsys.readouterr().out
