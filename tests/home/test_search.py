"""Search: what is found, in what words, by whom; and never a row of somebody else's customer."""

from collections.abc import Callable
from datetime import date

import pytest
import time_machine
from django.urls import reverse
from django.utils import translation

from billing.domain.closing import close_month
from billing.domain.invoices import mark_invoiced
from billing.models import Statement
from core.folding import folded
from customers.domain.roles import Right
from customers.models import User
from home.domain.search import LONGEST_WORD, MOST_WORDS, Findings, find, words_of
from home.places import places_for
from home.search_results import results_for
from packages.models import Contract
from sessions.domain.attendees import Guest
from sessions.models import ConsultingSession
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
    member_of,
    pekka,
    pro_lite,
    rate,
    sofia,
)
from tests.home.pages import page, queries, signed_in

pytestmark = pytest.mark.django_db

EVERYBODY = (marta, luca, hanna, giulia, aino, sofia, pekka)


def found(person: User, text: str, *, most: int = 20) -> Findings:
    return find(person, words_of(text), most=most, now=NOW)


def titles(person: User, text: str) -> list[str]:
    """Every line that `person` reads, by its title."""
    results = results_for(person, text, most=20, now=NOW)
    return [str(hit.title) for group in results.groups for hit in group.hits]


@pytest.fixture
def kickoff() -> ConsultingSession:
    """Acme's kick-off with Giulia, which Luca attends; Globex has a contract and a session of its own."""
    theirs = launch_kit(globex(), dedicated=aino())
    hanna()
    booked(theirs, "kickoff", 60, "2026-03-12 10:00")
    return booked(launch_kit(), "kickoff", 60, "2026-03-12 10:00", attendees=[Guest(luca().name, luca().email)])


class TestWords:
    def test_neither_capitals_nor_accents_count(self) -> None:
        customer("Città Perché Società", lead=giulia())
        for text in ("citta", "CITTÀ", "perche societa", "Società perchè"):
            assert [str(each) for each in found(giulia(), text).customers.rows] == ["Città Perché Società"], text

    def test_every_word_must_occur_wherever_it_does(self, kickoff: ConsultingSession) -> None:
        assert found(giulia(), "kick acme").sessions.rows == [kickoff]
        assert found(giulia(), "luca kick").sessions.rows == [kickoff]
        assert found(giulia(), "acme operations").sessions.rows == []

    def test_what_a_pattern_would_mean_is_only_text(self) -> None:
        acme()
        assert found(giulia(), "%").customers.rows == []
        assert found(giulia(), "a_me").customers.rows == []
        assert found(giulia(), "\\").customers.rows == []

    def test_too_much_is_cut_and_nothing_breaks(self) -> None:
        assert words_of("\0" * 5) == []
        assert len(words_of("a " * 900)) == MOST_WORDS
        assert max(map(len, words_of("x" * 5000))) == LONGEST_WORD

    @pytest.mark.parametrize("text", ["%00", "%ED%A0%80", "%E2%80%AE", "S-999999999999999999999", "C-0", "x" * 4000])
    def test_no_strange_address_breaks_the_page(self, text: str) -> None:
        for name in ("search", "palette"):
            assert signed_in(giulia()).get(f"{reverse(name)}?q={text}").status_code == 200


class TestReferences:
    @pytest.mark.parametrize("spelling", ["S-{:06d}", "s-{:06d}", "S{}", "{}", "s-{}"])
    def test_a_session_is_found_by_its_reference(self, kickoff: ConsultingSession, spelling: str) -> None:
        assert found(giulia(), spelling.format(kickoff.pk)).sessions.rows == [kickoff]

    @pytest.mark.parametrize("spelling", ["C-{:05d}", "c-{}", "c{:05d}", "{}"])
    def test_a_contract_is_found_by_its_reference(self, spelling: str) -> None:
        contract = launch_kit()
        assert found(giulia(), spelling.format(contract.pk)).contracts.rows == [contract]

    def test_a_reference_means_just_that_one(self, kickoff: ConsultingSession) -> None:
        assert found(giulia(), f"S-{kickoff.pk:06d}1").sessions.rows == []
        assert found(giulia(), f"C-{kickoff.pk:05d}").sessions.rows == []


class TestWhoFindsWhat:
    @pytest.mark.parametrize("stranger", [hanna, aino])
    @pytest.mark.parametrize("text", ["acme", "marta", "luca", "giulia", "{session}", "{contract}", "acme kick"])
    def test_strangers_find_nothing_of_another_customer(
        self, kickoff: ConsultingSession, stranger: Callable[[], User], text: str
    ) -> None:
        asked = text.format(session=kickoff.reference, contract=kickoff.contract.reference)
        findings = found(stranger(), asked)
        assert findings.customers.rows == []
        assert findings.contracts.rows == []
        assert findings.sessions.rows == []
        assert findings.people.rows == []
        # A control: the same words lead the customer's own people and staff somewhere.
        assert titles(giulia(), asked) != []

    @pytest.mark.parametrize("stranger", [hanna, aino])
    @pytest.mark.parametrize("name", ["search", "palette"])
    def test_the_pages_tell_strangers_no_more(
        self, kickoff: ConsultingSession, stranger: Callable[[], User], name: str
    ) -> None:
        for text in ("acme", "luca", "kick", kickoff.reference):
            answer = page(stranger(), f"{reverse(name)}?q={text}")
            assert "Acme Wellness" not in answer
            assert "Luca Bruni" not in answer
        assert "Acme Wellness" in page(giulia(), f"{reverse(name)}?q=acme")

    def test_everything_that_is_found_can_be_opened(self, kickoff: ConsultingSession) -> None:
        with time_machine.travel(NOW, tick=False):
            for person in (each() for each in EVERYBODY):
                browser = signed_in(person)
                for text in ("", "acme", "globex", "kick", "launch", "luca", "a"):
                    for group in results_for(person, text, most=20, now=NOW).groups:
                        for hit in group.hits:
                            answer = browser.get(hit.url)
                            assert answer.status_code in {200, 302}, (person.name, text, hit.title, answer.status_code)

    def test_a_plain_member_finds_the_sessions_they_attend_and_no_contract_or_people(
        self, kickoff: ConsultingSession
    ) -> None:
        findings = found(luca(), "acme")
        assert findings.sessions.rows == [kickoff]
        assert findings.contracts.rows == []
        assert findings.people.rows == []

    def test_a_customer_admin_finds_their_own_people(self) -> None:
        launch_kit()
        luca()
        assert [str(each.user) for each in found(marta(), "luca").people.rows] == ["Luca Bruni"]

    def test_who_has_left_is_not_found(self) -> None:
        person = member_of(acme(), "Nino Nerini")
        assert found(marta(), "nino").people.rows != []
        person.memberships.update(until=NOW)
        assert found(marta(), "nino").people.rows == []

    def test_operations_and_finance_find_every_customer(self, kickoff: ConsultingSession) -> None:
        for person in (sofia(), pekka()):
            assert len(found(person, "kick").sessions.rows) == 2
            assert [each.name for each in found(person, "o").customers.rows] == ["Globex"]


class TestOrder:
    def test_the_nearest_sessions_come_first_and_more_are_announced(self) -> None:
        contract: Contract = pro_lite()
        days = ("2026-03-30", "2026-03-04", "2026-03-10")
        made = {day: booked(contract, "operations", 15, f"{day} 10:00") for day in days}
        assert found(giulia(), "operations").sessions.rows == [made[day] for day in sorted(days)]
        first = found(giulia(), "operations", most=2)
        assert (len(first.sessions.rows), first.sessions.more) == (2, True)


class TestPlaces:
    def test_only_what_somebody_may_open_is_offered(self) -> None:
        launch_kit()
        assert "Book a session" in titles(marta(), "book")
        assert "Rates" not in titles(marta(), "rates")
        assert "Rates" in titles(pekka(), "rates")
        assert "Book a session" not in titles(pekka(), "book")

    def test_places_are_found_in_the_readers_words(self) -> None:
        with translation.override("it"):
            offered = [str(link.label) for link in places_for(["CONTRATTI"], rights=[Right.SEE_CONTRACTS])]
        assert offered == ["Contratti"]
        assert folded("Attività") == "attivita"

    def test_without_words_the_page_shows_where_one_can_go(self) -> None:
        launch_kit()
        assert "Book a session" in page(marta(), reverse("palette"))

    def test_nothing_found_says_so(self) -> None:
        assert "Nothing found" in page(giulia(), f"{reverse('search')}?q=zzzz")
        assert "Nothing found" in page(giulia(), f"{reverse('palette')}?q=zzzz")


def test_the_palette_offers_options_that_can_be_chosen(kickoff: ConsultingSession) -> None:
    options = page(giulia(), f"{reverse('palette')}?q=kick acme")
    assert 'role="listbox"' in options
    assert f'href="/sessions/{kickoff.pk}/"' in options
    assert 'href="/search/?q=kick%20acme"' in options


@pytest.mark.parametrize("name", ["search", "palette"])
def test_the_number_of_queries_does_not_grow_with_what_is_found(name: str) -> None:
    contract = pro_lite()
    booked(contract, "operations", 15, "2026-03-10 10:00")
    luca()
    few = queries(giulia(), f"{reverse(name)}?q=acme")
    for number in range(3):
        member_of(acme(), f"Person {number}")
        booked(contract, "operations", 15, f"2026-03-{11 + number} 10:00")
        launch_kit(customer(f"Acme {number}"))
    assert queries(giulia(), f"{reverse(name)}?q=acme") == few == 12


class TestSingleKeys:
    def test_they_can_be_switched_off_and_on_again(self) -> None:
        browser = signed_in(marta())
        home = reverse("home")
        assert "data-single-keys" in browser.get(home).content.decode()
        answer = browser.post(reverse("keyboard"), {"single_keys": "off", "next": "/sessions/"})
        assert (answer.status_code, answer["Location"]) == (302, "/sessions/")
        assert "data-single-keys" not in browser.get(home).content.decode()
        browser.post(reverse("keyboard"), {"single_keys": "on"})
        assert "data-single-keys" in browser.get(home).content.decode()

    def test_nonsense_is_refused(self) -> None:
        assert signed_in(marta()).post(reverse("keyboard"), {"single_keys": "maybe"}).status_code == 400


class TestStatements:
    @pytest.fixture
    def statement(self) -> Statement:
        """Acme's statement over 90.00 euro, invoiced as RE-77."""
        rate("EUR", "120.00")
        logged(launch_kit(), "supplementary-training", 45, "2026-02-10 10:00")
        close_month(month=date(2026, 2, 1), by=pekka(), now=NOW)
        statement = Statement.objects.get()
        mark_invoiced(statement=statement, reference="RE-77", invoiced_on=date(2026, 3, 3), by=pekka(), now=NOW)
        return statement

    @pytest.mark.parametrize("text", ["OH-000001", "oh-1", "oh1", "1", "90.00", "90,00", "90", "re-77", "acme 90"])
    def test_a_statement_is_found_by_number_amount_and_invoice(self, statement: Statement, text: str) -> None:
        assert found(marta(), text).statements.rows == [statement]
        assert found(hanna(), text).statements.rows == []
        assert found(luca(), text).statements.rows == []

    @pytest.mark.parametrize("text", ["OR-000001", "OH-000002", "90.01", "xx-1"])
    def test_and_by_nothing_else(self, statement: Statement, text: str) -> None:
        assert found(pekka(), text).statements.rows == []

    def test_the_line_says_month_and_amount(self, statement: Statement) -> None:
        assert "February 2026 · €90.00" in page(marta(), f"{reverse('search')}?q=OH-000001")
