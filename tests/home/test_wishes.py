"""What customers ask for beyond their contract stands on their lead's first screen (DOMAIN.md §2, §9)."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine

from customers.models import User
from home.domain.lead_handover import hand_lead_over
from packages.models import Contract
from sessions.domain.asking_for_more import ask_for_more, open_wishes
from sessions.domain.ledger import adjust
from tests.factories import NOW, acme, aino, giulia, launch_kit, marta, pekka, pro_lite, sofia
from tests.home.pages import page, queries
from tests.home.test_contract_life import renewed

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _on_2_march() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def asked(contract: Contract, wish: str = "Twenty hours more, from May.") -> Contract:
    ask_for_more(contract=contract, wish=wish, by=marta(), now=NOW)
    return contract


def wishes_of(person: User, *, days: int = 1) -> list[str]:
    return [each.wish for each in open_wishes(person, now=NOW + timedelta(days=days))]


def test_the_lead_sees_the_words_and_the_contract() -> None:
    contract = asked(launch_kit())
    shown = page(giulia(), "/")
    for expected in ("Customers who ask for more", "Twenty hours more, from May.", "Marta Ferri"):
        assert expected in shown
    assert f"/contracts/{contract.pk}/" in shown


def test_nobody_else_does() -> None:
    asked(launch_kit())
    for person in (aino(), pekka(), sofia(), marta()):
        assert "Twenty hours" not in page(person, "/")


def test_it_goes_once_the_contract_is_renewed_or_given_minutes() -> None:
    first, second = asked(launch_kit()), asked(pro_lite(), "A renewal")
    assert wishes_of(giulia()) == ["A renewal", "Twenty hours more, from May."]
    adjust(contract=first, minutes=60, reason="As asked", by=sofia(), now=NOW + timedelta(hours=1))
    assert wishes_of(giulia()) == ["A renewal"]
    renewed(second)
    assert wishes_of(giulia()) == []


def test_it_goes_after_thirty_days() -> None:
    asked(launch_kit())
    assert (len(wishes_of(giulia(), days=30)), len(wishes_of(giulia(), days=31))) == (1, 0)


def test_a_new_lead_finds_it_too() -> None:
    asked(launch_kit())
    hand_lead_over(customer=acme(), to=aino(), leaves_teams=True, by=sofia(), now=NOW)
    assert len(wishes_of(aino())) == 1
    assert wishes_of(giulia()) == []


def test_queries_do_not_grow() -> None:
    counts = []
    for contract in (launch_kit(), pro_lite(), launch_kit()):
        asked(contract)
        counts.append(queries(giulia(), "/"))
    assert counts[0] == counts[2]
