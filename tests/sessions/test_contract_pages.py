"""The pages of contracts: the list, one contract and what its numbers are made of, signing."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from customers.models import Customer, Role, User
from packages.domain.catalogue import newest_version
from packages.domain.queries import Standing, in_standing, standing_of
from packages.models import Contract
from sessions.domain.ledger import adjust, reverse_entry
from sessions.models import LedgerEntry
from tests.factories import (
    NOW,
    acme,
    aino,
    booked,
    customer,
    giulia,
    globex,
    hanna,
    launch_kit,
    logged,
    luca,
    marta,
    pekka,
    rate,
    signed,
    sofia,
    staff,
    tomas,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_on_2_march")]

QUERIES_OF_THE_LIST = 9
QUERIES_OF_A_CONTRACT = 14


@pytest.fixture
def _on_2_march() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


def signed_in(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def page(person: User, name: str, *args: object, query: str = "") -> str:
    answer = signed_in(person).get(reverse(name, args=args) + query)
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


class TestList:
    def test_an_admin_sees_the_contracts_of_their_customer_alone(self) -> None:
        ours, theirs = launch_kit(), launch_kit(globex())

        shown = page(marta(), "sessions:contract-list")

        assert ours.reference in shown
        assert theirs.reference not in shown

    def test_operations_and_finance_see_all_delivery_staff_those_they_serve(self) -> None:
        ours, theirs = launch_kit(), launch_kit(globex(), dedicated=aino())

        for reader in (sofia(), pekka()):
            shown = page(reader, "sessions:contract-list")
            assert ours.reference in shown
            assert theirs.reference in shown
        assert ours.reference not in page(aino(), "sessions:contract-list")

    def test_a_plain_member_has_no_such_area(self) -> None:
        launch_kit()

        assert signed_in(luca()).get(reverse("sessions:contract-list")).status_code == 404

    def test_it_can_be_narrowed_to_where_contracts_stand_in_their_term(self) -> None:
        running = launch_kit()
        ended = launch_kit(starts_on=date(2025, 1, 1), ends_on=date(2025, 12, 31))

        shown = page(marta(), "sessions:contract-list", query="?standing=ended")

        assert ended.reference in shown
        assert running.reference not in shown

    def test_nothing_yet_and_nothing_matches_are_told_apart(self) -> None:
        marta()
        assert "No contracts yet" in page(marta(), "sessions:contract-list")
        assert "Clear filters" in page(marta(), "sessions:contract-list", query="?standing=ended")

    @pytest.mark.parametrize("contracts", [1, 3])
    def test_it_asks_as_much_for_three_rows_as_for_one(
        self, contracts: int, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        rate("EUR", "150")
        for first_month in range(1, contracts + 1):
            contract = launch_kit(starts_on=date(2026, first_month, 1))
            if contract.starts_on <= date(2026, 2, 1):
                logged(contract, "kickoff", 60, f"2026-02-{first_month + 10} 10:00")
        client = signed_in(giulia())

        with django_assert_num_queries(QUERIES_OF_THE_LIST):
            client.get(reverse("sessions:contract-list"))


class TestStanding:
    """The rule for one contract and the condition for whole lists say the same, by the calendar of its own zone."""

    @pytest.mark.parametrize("zone", ["Pacific/Pago_Pago", "Europe/Rome", "Pacific/Kiritimati"])
    @pytest.mark.parametrize(
        "now",
        [
            datetime(2026, 2, 28, 9, 30, tzinfo=UTC),
            datetime(2026, 2, 28, 23, 30, tzinfo=UTC),
            datetime(2026, 3, 1, 11, 30, tzinfo=UTC),
            datetime(2026, 4, 1, 12, 0, tzinfo=UTC),
        ],
    )
    def test_the_list_and_the_page_agree(self, zone: str, now: datetime) -> None:
        contract = launch_kit(starts_on=date(2026, 3, 1), ends_on=date(2026, 3, 31))
        acme_in_zone = signed("pro-lite", _customer_in(zone), starts_on=date(2026, 3, 1), ends_on=date(2026, 3, 31))

        for each in (contract, acme_in_zone):
            here = [
                standing
                for standing in Standing
                if in_standing(Contract.objects.filter(pk=each.pk), standing, now=now).exists()
            ]
            assert here == [standing_of(each, now=now)]

    def test_the_last_day_belongs_to_the_contract_in_its_own_zone(self) -> None:
        contract = signed(
            "pro-lite", _customer_in("Pacific/Pago_Pago"), starts_on=date(2026, 3, 1), ends_on=date(2026, 3, 31)
        )

        still_31_march_there = datetime(2026, 4, 1, 10, 59, tzinfo=UTC)
        assert standing_of(contract, now=still_31_march_there) == Standing.RUNNING
        assert standing_of(contract, now=datetime(2026, 4, 1, 11, 0, tzinfo=UTC)) == Standing.ENDED


def _customer_in(zone: str) -> Customer:
    return customer(f"Customer in {zone}", zone=zone)


class TestContract:
    def test_a_row_that_was_taken_back_says_when_and_why_and_others_offer_it(self) -> None:
        rate("EUR", "150")
        contract = launch_kit()
        wrong = logged(contract, "operations", 60, "2026-02-03 10:00").entry
        adjust(contract=contract, minutes=30, reason="Goodwill", by=sofia(), now=NOW)
        reverse_entry(entry=wrong, by=giulia(), reason="Wrong customer", now=NOW)

        ledger = page(sofia(), "sessions:contract", contract.pk)
        assert "Reversed on Mon, 2 Mar 2026, 09:00 (Rome): Wrong customer" in ledger
        assert ledger.count("locked-row") == 1
        assert "+0:30" in ledger
        adjustment = contract.ledger.get(kind="adjustment")
        assert f'href="{reverse("sessions:reverse", args=[adjustment.pk])}"' in ledger
        assert "/reverse/" not in page(marta(), "sessions:contract", contract.pk)

    def test_every_number_leads_to_the_rows_it_is_made_of(self) -> None:
        rate("EUR", "150")
        contract = launch_kit()
        logged(contract, "software-training", 60, "2026-02-03 10:00")
        logged(contract, "software-training", 40, "2026-02-10 10:00")
        adjust(contract=contract, minutes=30, reason="Goodwill", by=sofia(), now=NOW)
        booked(contract, "operations", 45, "2026-03-10 10:00")

        client = signed_in(marta())
        address = reverse("sessions:contract", args=[contract.pk])

        def sums_of(part: str) -> tuple[int, int, int]:
            table = client.get(f"{address}?show={part}").context["ledger"]
            return table.given, table.included, table.overage

        numbers = client.get(address).context["numbers"]
        assert sums_of("granted") == (numbers.granted, 0, 0)
        assert sums_of("adjusted") == (numbers.adjusted, 0, 0)
        assert sums_of("used")[1] == numbers.used == 60
        assert sums_of("overage")[2] == numbers.overage == 40
        assert sums_of("all") == (numbers.available, numbers.used, numbers.overage)
        assert numbers.booked == sum(item.session.duration_minutes for item in client.get(address).context["coming"])

    def test_a_taken_back_adjustment_counts_as_nothing_and_stays_on_the_page(self) -> None:
        contract = launch_kit()
        given = adjust(contract=contract, minutes=30, reason="Goodwill", by=sofia(), now=NOW)
        reverse_entry(entry=given, by=sofia(), reason="Wrong contract", now=NOW)

        answer = signed_in(marta()).get(reverse("sessions:contract", args=[contract.pk]) + "?show=adjusted")

        table = answer.context["ledger"]
        assert (len(table.page), table.given) == (2, 0)
        assert "Wrong contract" in answer.content.decode()

    def test_the_money_is_that_of_the_ledger(self) -> None:
        rate("EUR", "150")
        contract = launch_kit()
        logged(contract, "supplementary-training", 40, "2026-02-03 10:00")

        assert "€100.00" in page(marta(), "sessions:contract", contract.pk)

    def test_overage_without_a_rate_is_called_unpriced_and_never_nought(self) -> None:
        contract = launch_kit()
        logged(contract, "supplementary-training", 40, "2026-02-03 10:00")

        answer = signed_in(marta()).get(reverse("sessions:contract", args=[contract.pk]))

        assert answer.context["ledger"].amount is None
        assert "no rate in force" in answer.content.decode()

    def test_rates_negotiated_with_others_are_not_on_it(self) -> None:
        rate("EUR", "150")
        contract, other = launch_kit(), launch_kit(globex())
        rate("EUR", "99.50", valid_from=date(2026, 6, 1), contract=other)
        rate("EUR", "123.45", valid_from=date(2026, 7, 1), contract=contract)

        shown = page(marta(), "sessions:contract", contract.pk)

        assert "€123.45" in shown
        assert "99.50" not in shown

    def test_another_customers_contract_does_not_exist(self) -> None:
        contract = launch_kit()

        assert signed_in(hanna()).get(reverse("sessions:contract", args=[contract.pk])).status_code == 404

    def test_acts_are_offered_to_those_who_may_do_them(self) -> None:
        contract = launch_kit()
        log, add = (reverse(name, args=[contract.pk]) for name in ("sessions:log-free", "sessions:adjust"))

        offered = {
            reader: [address in page(reader, "sessions:contract", contract.pk) for address in (log, add)]
            for reader in (marta(), giulia(), sofia(), pekka())
        }

        assert offered == {
            marta(): [False, False],
            giulia(): [True, False],
            sofia(): [False, True],
            pekka(): [False, False],
        }

    @pytest.mark.parametrize("rows", [1, 3])
    def test_it_asks_as_much_for_three_entries_as_for_one(
        self, rows: int, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        rate("EUR", "150")
        contract = launch_kit()
        for day in range(rows):
            logged(contract, "operations", 30, f"2026-02-0{day + 3} 10:00")
            booked(contract, "operations", 15, f"2026-03-1{day} 10:00")
        client = signed_in(giulia())

        with django_assert_num_queries(QUERIES_OF_A_CONTRACT):
            client.get(reverse("sessions:contract", args=[contract.pk]))

    def test_a_long_ledger_comes_in_pages_and_is_summed_up_whole(self) -> None:
        rate("EUR", "150")
        contract = launch_kit()
        for day in range(1, 29):
            logged(contract, "operations", 15, f"2026-02-{day:02} 10:00")
        adjust(contract=contract, minutes=30, reason="Goodwill", by=sofia(), now=NOW)

        first = signed_in(marta()).get(reverse("sessions:contract", args=[contract.pk])).context["ledger"]
        second = signed_in(marta()).get(reverse("sessions:contract", args=[contract.pk]) + "?page=2")

        assert (len(first.page), len(second.context["ledger"].page)) == (25, 5)
        assert first.given == second.context["ledger"].given == 270
        assert first.included == second.context["ledger"].included == 270
        assert "Sum of all pages" in second.content.decode()
        assert 'href="?page=1#ledger"' in second.content.decode()

    def test_the_pages_of_one_part_stay_with_it(self) -> None:
        contract = launch_kit()
        for day in range(1, 29):
            logged(contract, "operations", 15, f"2026-02-{day:02} 10:00")

        shown = page(marta(), "sessions:contract", contract.pk, query="?show=overage")

        assert 'href="?show=overage&amp;page=2#ledger"' not in shown, "12 rows: one page"
        shown = page(marta(), "sessions:contract", contract.pk, query="?show=all")
        assert 'href="?show=all&amp;page=2#ledger"' in shown


class TestSigning:
    def typed(self, **changes: Any) -> dict[str, Any]:
        return {
            "customer": acme().pk,
            "package_version": newest_version("pro-lite").pk,
            "starts_on": "2026-04-01",
            "ends_on": "2027-03-31",
            "dedicated": giulia().pk,
            "others": [tomas().pk],
            "types_switched_off": ["software-training"],
            **changes,
        }

    def sign(self, person: User, *, htmx: bool = False, **changes: Any) -> Any:
        headers = {"HX-Request": "true"} if htmx else {}
        return signed_in(person).post(reverse("sessions:contract-create"), self.typed(**changes), headers=headers)

    def test_it_is_signed_with_its_team_and_its_minutes(self) -> None:
        answer = self.sign(sofia())

        contract = Contract.objects.get(customer=acme())
        assert answer.url == reverse("sessions:contract", args=[contract.pk])
        assert [(m.staff, m.dedicated) for m in contract.team_members.order_by("-dedicated")] == [
            (giulia(), True),
            (tomas(), False),
        ]
        assert contract.types_switched_off == ["software-training"]
        assert LedgerEntry.objects.get(contract=contract).minutes == 120

    def test_fewer_reviews_than_the_package_promises_are_confirmed_first(self) -> None:
        unseen = self.sign(sofia(), ends_on="2026-07-01")
        assert unseen.status_code == 422
        assert list(unseen.context["form"].errors) == ["confirmed_reviews"]
        words = unseen.content.decode()
        assert "The term holds 2 project health checks instead of 4: I confirm that." in words
        assert 'name="confirmed_reviews" id="id_confirmed_reviews" form="contract-form" value="2"' in words

        another_number = self.sign(sofia(), ends_on="2026-06-30", confirmed_reviews="2")
        assert another_number.status_code == 422
        assert not Contract.objects.exists()

        assert self.sign(sofia(), ends_on="2026-07-01", confirmed_reviews="2").status_code == 302

    def test_a_preview_shows_the_number_and_does_not_complain_yet(self) -> None:
        shown = self.sign(sofia(), ends_on="2026-07-01", preview="1")
        assert shown.status_code == 200
        assert not shown.context["form"].errors
        assert "instead of 4: I confirm that." in shown.content.decode()
        assert "I confirm that." not in self.sign(sofia(), preview="1").content.decode()

    def test_its_page_names_the_reviews_that_its_term_holds(self) -> None:
        answer = self.sign(sofia(), ends_on="2026-07-01", confirmed_reviews="2")

        shown = signed_in(sofia()).get(answer.url)
        assert shown.context["reviews"] == 2
        assert "2, quarterly" in shown.content.decode()

    def test_its_window_and_its_reviews_are_shown_before(self) -> None:
        launch_kit_version = newest_version("launch-kit").pk

        shown = self.sign(sofia(), htmx=True, package_version=launch_kit_version).context["consequences"]
        assert (shown.window.first, shown.window.last, shown.reviews) == (date(2026, 4, 1), date(2026, 6, 29), 0)
        shown = self.sign(sofia(), htmx=True, ends_on="2026-07-01", dedicated="").context["consequences"]
        assert (shown.days, shown.reviews) == (92, 2)
        assert not Contract.objects.exists()

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"ends_on": "2026-03-31"}, "ends_on"),
            ({"package_version": ""}, "package_version"),
            ({"types_switched_off": ["yoga"]}, "types_switched_off"),
        ],
    )
    def test_what_is_wrong_stands_beside_its_field(self, changes: dict[str, Any], field: str) -> None:
        answer = self.sign(sofia(), **changes)

        assert answer.status_code == 422
        assert field in answer.context["form"].errors
        assert not Contract.objects.exists()

    def test_the_dedicated_person_holds_the_role_that_the_package_asks_for(self) -> None:
        manager = staff("Ada Manager", Role.AM)

        answer = self.sign(sofia(), dedicated=manager.pk)

        assert "does not hold the role" in " ".join(answer.context["form"].errors["dedicated"])

    def test_operations_alone_signs(self) -> None:
        answers = {person: self.sign(person).status_code for person in (giulia(), pekka(), marta(), luca())}

        assert answers == {giulia(): 403, pekka(): 403, marta(): 404, luca(): 404}
        assert not Contract.objects.exists()
