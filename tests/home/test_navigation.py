"""The navigation as the real addresses fill it."""

import re
from collections.abc import Iterator

import pytest
import time_machine

from customers.domain.customers import add_member
from customers.domain.roles import Right
from customers.models import User
from home.navigation import navigation_for
from tests.factories import NOW, acme, giulia, globex, launch_kit, logged, marta, sofia
from tests.home.pages import page

EVERYTHING = frozenset(Right)


def addresses(customer_id: int | None) -> set[str]:
    groups = navigation_for(rights=EVERYTHING, path="/", customer_id=customer_id)
    return {link.url for group in groups for link in group.entries}


def test_the_admin_of_one_customer_is_led_to_its_people() -> None:
    assert "/customers/7/people/" in addresses(customer_id=7)


def test_nobody_else_has_people_of_one_customer() -> None:
    assert not any("customers" in address and "people" in address for address in addresses(customer_id=None))


def marked(person: User, address: str) -> list[str]:
    """The places of the sidebar that the page marks as where one is."""
    sidebar = page(person, address).partition('id="navigation"')[2].partition("</nav>")[0]
    return re.findall(r'aria-current="(?:page|true)">.*?</svg>([^<]+)</a>', sidebar)


@pytest.mark.django_db
class TestWhereOneIs:
    @pytest.fixture(autouse=True)
    def today(self) -> Iterator[None]:
        with time_machine.travel(NOW, tick=False):
            yield

    def test_whoever_books_is_busy_with_sessions_not_with_contracts(self) -> None:
        contract = launch_kit()
        assert marked(marta(), f"/contracts/{contract.pk}/") == ["Contracts"]
        assert marked(marta(), f"/contracts/{contract.pk}/book/") == ["Sessions"]

    def test_an_entry_belongs_to_the_hours_or_to_the_contract_for_who_has_no_hours(self) -> None:
        entry = logged(launch_kit(), "kickoff", 60, "2026-02-10 10:00").entry
        assert marked(giulia(), f"/time-entries/{entry.pk}/") == ["Hours"]
        assert marked(marta(), f"/time-entries/{entry.pk}/") == ["Contracts"]

    def test_the_admin_of_one_customer_finds_its_page(self) -> None:
        marta()
        assert marked(marta(), f"/customers/{acme().pk}/") == ["Your organisation"]
        assert marked(marta(), f"/customers/{acme().pk}/people/") == ["People"]
        assert marked(sofia(), f"/customers/{acme().pk}/") == ["Customers"]


@pytest.mark.django_db
class TestSwitching:
    def test_it_works_from_every_page_and_the_address_decides(self) -> None:
        with time_machine.travel(NOW, tick=False):
            contract = launch_kit()
            other = globex()
            add_member(customer=other, person=marta(), kind="admin", now=NOW)
            for address, leads_to in (
                ("/", f"/customers/{other.pk}/"),
                ("/sessions/", f"/sessions/?customer={other.pk}"),
                ("/contracts/", f"/contracts/?customer={other.pk}"),
                (f"/contracts/{contract.pk}/", f"/customers/{other.pk}/"),
                (f"/customers/{acme().pk}/people/", f"/customers/{other.pk}/people/"),
                (f"/customers/{acme().pk}/history/", f"/customers/{other.pk}/history/"),
                ("/preferences/mail/", f"/customers/{other.pk}/"),
            ):
                shown = page(marta(), address).partition('class="topbar"')[2].partition("</header>")[0]
                assert f'href="{leads_to}"' in shown, address
                assert page(marta(), leads_to)

    def test_it_says_whom_one_acts_for_or_asks(self) -> None:
        with time_machine.travel(NOW, tick=False):
            contract = launch_kit()
            add_member(customer=globex(), person=marta(), kind="admin", now=NOW)
            assert "Choose a customer: change customer" in page(marta(), "/sessions/")
            assert "Globex: change customer" in page(marta(), f"/sessions/?customer={globex().pk}")
            assert "Acme Wellness: change customer" in page(marta(), f"/contracts/{contract.pk}/")

    def test_only_an_admin_is_led_to_an_admins_page(self) -> None:
        with time_machine.travel(NOW, tick=False):
            launch_kit()
            add_member(customer=globex(), person=marta(), kind="member", now=NOW)
            shown = page(marta(), f"/customers/{acme().pk}/people/")
            assert f'href="/customers/{globex().pk}/people/"' not in shown
            assert f'href="/customers/{globex().pk}/"' in shown
