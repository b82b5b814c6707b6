"""Booking in the browser, screen by screen, without JavaScript (DOMAIN.md §7; UX.md, customer admin)."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

import tests.factories as f
from customers.models import Role
from packages.domain.terms import terms_accepted
from packages.models import Contract
from sessions.domain.attendees import Guest
from sessions.models import ConsultingSession, TimeOff, WorkingHours
from tests.sessions.booking_pages import address, details, form, sealed_quote, signed_in, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    with time_machine.travel(f.NOW, tick=False):
        yield


@pytest.fixture
def contract() -> Contract:
    return f.launch_kit()


@pytest.fixture
def marta(contract: Contract) -> Client:
    return signed_in(f.marta())


def use_up(contract: Contract, *, leaving: int = 0) -> None:
    """Log included minutes until only `leaving` are free."""
    for day in ("02-09", "02-10", "02-11"):
        f.logged(contract, "operations", 60, f"2026-{day} 10:00")
    if leaving < 60:
        f.logged(contract, "operations", 60 - leaving, "2026-02-12 10:00")


class TestStart:
    def test_a_customer_admin_is_led_to_the_proposed_contract(self, contract: Contract, marta: Client) -> None:
        f.pro_lite()
        response = marta.get(reverse("sessions:book-start"))
        assert response.headers["Location"] == reverse("sessions:book", args=[contract.pk])

    def test_without_a_contract_the_page_says_so(self) -> None:
        response = signed_in(f.marta()).get(reverse("sessions:book-start"))
        assert "There is no contract to book on" in text_of(response)

    def test_staff_choose_among_the_contracts_that_they_deliver(self, contract: Contract) -> None:
        f.premium(f.globex(), dedicated=f.aino())
        words = text_of(signed_in(f.giulia()).get(reverse("sessions:book-start")))
        assert "Acme Wellness" in words
        assert "Globex" not in words

    def test_a_search_that_finds_nothing_offers_to_clear_it(self, contract: Contract) -> None:
        words = text_of(signed_in(f.sofia()).get(reverse("sessions:book-start"), {"q": "nobody"}))
        assert "Nothing matches" in words

    def test_the_list_of_contracts_asks_as_often_for_three_as_for_one(
        self, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        f.launch_kit()
        client = signed_in(f.sofia())
        client.get(reverse("sessions:book-start"))
        with django_assert_num_queries(7):
            client.get(reverse("sessions:book-start"))
        f.pro_lite()
        f.premium(f.globex(), dedicated=f.aino())
        with django_assert_num_queries(7):
            client.get(reverse("sessions:book-start"))


class TestTypeAndPerson:
    def test_each_type_says_whether_it_is_included(self, contract: Contract, marta: Client) -> None:
        words = text_of(marta.get(reverse("sessions:book", args=[contract.pk])))
        assert words.count("Included") >= 3
        assert "Always billed by the hour." in words
        assert "Whoever orders, receives and hands out the rings." in words

    def test_each_type_says_what_it_draws_or_costs_now(self, marta: Client) -> None:
        f.rate("EUR", "90.00")
        contract = f.pro_lite()
        f.logged(contract, "operations", 60, "2026-02-02 10:00")
        f.logged(contract, "operations", 45, "2026-02-03 10:00")
        page = reverse("sessions:book", args=[contract.pk])
        words = text_of(marta.get(page))
        assert "1:00 draws the 0:15 that are left and costs €67.50." in words
        assert "Always billed by the hour. 1:00 costs €90.00." in words
        assert words.count("Prices are without VAT") == 1
        assert "Renew or ask for more" not in words
        f.logged(contract, "operations", 15, "2026-02-04 10:00")
        words = text_of(marta.get(page))
        assert "No included minutes are free. 1:00 costs €90.00." in words
        assert "Renew or ask for more" in words

    def test_a_type_that_is_switched_off_cannot_be_chosen(self) -> None:
        contract = f.launch_kit(types_switched_off=["software-training"])
        response = signed_in(f.marta()).get(reverse("sessions:book", args=[contract.pk]))
        assert "Not part of this contract" in text_of(response)
        assert 'value="software-training" required disabled' in response.content.decode()

    def test_the_dedicated_person_comes_first_and_is_chosen(self) -> None:
        contract = f.launch_kit(others=[f.staff("Ada Able", Role.AM)])
        response = signed_in(f.marta()).get(reverse("sessions:book", args=[contract.pk]))
        assert [person.name for person in response.context["team"]] == ["Giulia Conti", "Ada Able"]
        assert response.context["chosen"]["staff"] == f.giulia().pk

    def test_what_was_chosen_before_stays(self, contract: Contract, marta: Client) -> None:
        html = marta.get(address("book", contract, type="kickoff", minutes="30")).content.decode()
        assert 'value="kickoff" required checked' in html
        assert 'value="30" checked' in html

    def test_the_customers_other_contracts_are_offered(self, contract: Contract, marta: Client) -> None:
        other = f.pro_lite()
        html = marta.get(reverse("sessions:book", args=[contract.pk])).content.decode()
        assert reverse("sessions:book", args=[other.pk]) in html

    def test_a_contract_that_is_over_explains_itself(self) -> None:
        contract = f.launch_kit(starts_on=date(2025, 1, 1), ends_on=date(2025, 12, 31), now=f.LONG_AGO)
        words = text_of(signed_in(f.marta()).get(reverse("sessions:book", args=[contract.pk])))
        assert "This contract is over" in words


class TestDayAndTime:
    def test_the_first_free_day_is_open(self, contract: Contract, marta: Client) -> None:
        free = marta.get(address("book-time", contract)).context["free"]
        assert free.day == date(2026, 3, 3), "Monday 09:00 plus 24 hours of notice"
        assert [each.clock for each in free.times][:2] == ["09:00", "09:30"]

    def test_a_time_leads_to_the_last_screen(self, contract: Contract, marta: Client) -> None:
        free = marta.get(address("book-time", contract, day="2026-03-09")).context["free"]
        assert free.times[0].href.startswith(reverse("sessions:book-details", args=[contract.pk]))
        assert marta.get(free.times[0].href).status_code == 200

    def test_the_other_sides_clock_stands_beside_the_readers(self) -> None:
        ken = f.staff("Ken Mori", Role.CSE, zone="America/New_York", country="US")
        contract = f.pro_lite(others=[ken])
        response = signed_in(f.marta()).get(address("book-time", contract, staff=ken.pk, day="2026-03-04"))
        first = response.context["free"].times[0]
        assert (first.clock, first.other_clock) == ("15:00", "09:00")
        assert "Times in Rome, with those in New York below." in text_of(response)

    def test_the_zone_can_be_switched(self, contract: Contract, marta: Client) -> None:
        response = marta.get(address("book-time", contract, day="2026-03-09", zone="Asia/Tokyo"))
        first = response.context["free"].times[0]
        assert (first.clock, first.other_clock) == ("17:00", "09:00")
        assert "zone=Asia%2FTokyo" in first.href

    def test_the_devices_zone_is_offered(self, contract: Contract, marta: Client) -> None:
        marta.cookies["portal_browser_zone"] = "America%2FChicago"
        assert "Chicago this device" in text_of(marta.get(address("book-time", contract)))

    @pytest.mark.parametrize("zone", ["Mars/Olympus", "../etc/passwd", "\x00"])
    def test_a_zone_that_does_not_exist_is_the_readers(self, contract: Contract, marta: Client, zone: str) -> None:
        assert marta.get(address("book-time", contract, zone=zone)).context["zone"] == "Europe/Rome"

    def test_an_empty_day_says_why(self, contract: Contract, marta: Client) -> None:
        TimeOff.objects.create(
            staff=f.giulia(), starts_at=f.at("2026-03-10 00:00"), ends_at=f.at("2026-03-11 00:00"), reason="private"
        )

        def why(day: str) -> str:
            return text_of(marta.get(address("book-time", contract, day=day)))

        assert "Giulia Conti is away on this day." in why("2026-03-10")
        assert "private" not in why("2026-03-10")
        assert "Giulia Conti does not work on this day." in why("2026-03-08")
        assert "Too soon: sessions are booked at least 24 hours ahead." in why("2026-03-02")
        assert "Public holiday for Giulia Conti" in why("2026-04-06")

    def test_days_after_the_contract_are_closed(self) -> None:
        contract = f.launch_kit(ends_on=date(2026, 3, 10))
        client = signed_in(f.marta())
        assert client.get(address("book-time", contract, day="2026-03-10")).context["free"].times
        late = client.get(address("book-time", contract, day="2026-03-11"))
        assert late.context["free"].times == []
        assert "The contract does not run on this day." in text_of(late)

    def test_weeks_run_across_the_end_of_a_month(self, contract: Contract, marta: Client) -> None:
        page = marta.get(address("book-time", contract, month="2026-03"))
        last_week = page.context["free"].weeks[-1]
        assert [cell.date.month for cell in last_week] == [3, 3, 4, 4, 4, 4, 4]
        assert all(cell.href for cell in last_week)
        assert "Thu, 2 Apr 2026" in text_of(page)

    def test_a_month_without_free_times_leads_to_the_first_free_day(self, contract: Contract, marta: Client) -> None:
        TimeOff.objects.create(staff=f.giulia(), starts_at=f.at("2026-03-01 00:00"), ends_at=f.at("2026-04-02 00:00"))
        words = text_of(marta.get(address("book-time", contract, month="2026-03")))
        assert "has no free time of this length in this month" in words
        assert "First free day: Thu, 2 Apr 2026" in words

    def test_a_clock_change_is_named(self, contract: Contract, marta: Client) -> None:
        march = text_of(marta.get(address("book-time", contract, month="2026-03")))
        assert "The clocks in Rome are put forward by 1:00 on Sun, 29 Mar 2026." in march
        assert "put forward" not in text_of(marta.get(address("book-time", contract, month="2026-04")))

    def test_times_that_occur_twice_are_told_apart(self) -> None:
        night_worker = f.staff("Nils Natt", Role.CSE, country="FI", working=None)
        WorkingHours.objects.create(staff=night_worker, weekday=6, starts_at=time(5), ends_at=time(9))
        contract = f.pro_lite(others=[night_worker])
        with time_machine.travel(datetime(2026, 10, 20, 8, tzinfo=UTC), tick=False):
            response = signed_in(f.marta()).get(
                address("book-time", contract, staff=night_worker.pk, day="2026-11-01", zone="America/New_York")
            )
        marked = [(each.clock, each.mark) for each in response.context["free"].times]
        assert marked[:4] == [("00:00", ""), ("00:30", ""), ("01:00", "EDT"), ("01:30", "EDT")]
        assert ("01:00", "EST") in marked

    @pytest.mark.parametrize(
        "strange", [{"month": "9999-12"}, {"day": "0001-01-01"}, {"month": "x", "day": "y"}, {"month": "2020-01"}]
    )
    def test_a_strange_place_in_the_calendar_is_no_error(
        self, contract: Contract, marta: Client, strange: dict[str, str]
    ) -> None:
        assert marta.get(address("book-time", contract, **strange)).status_code == 200

    def test_a_choice_that_cannot_be_read_leads_back_and_says_so(self, contract: Contract, marta: Client) -> None:
        response = marta.get(address("book-time", contract, staff="999999"), follow=True)
        assert response.status_code == 422
        assert "Choose one of the people below." in text_of(response)

    def test_no_type_at_all_leads_back_and_says_so(self, contract: Contract, marta: Client) -> None:
        nothing_ticked = f"{reverse('sessions:book-time', args=[contract.pk])}?minutes=60&staff={f.giulia().pk}"
        response = marta.get(nothing_ticked, follow=True)
        assert response.status_code == 422
        assert "Choose what the session is about." in text_of(response)

    def test_staff_may_take_any_time(self, contract: Contract) -> None:
        client = signed_in(f.giulia())
        page = address("book-details", contract, wall="2026-03-08T21:10", zone="Europe/Rome")
        assert client.get(page).status_code == 200
        client.post(page, form(members=[f.marta()]))
        assert ConsultingSession.objects.get().starts_at == f.at("2026-03-08 21:10")

    @pytest.mark.parametrize("wall", ["9999-12-31T23:30", "0001-01-01T00:10"])
    def test_a_time_beyond_the_calendar_leads_back(self, contract: Contract, wall: str) -> None:
        page = address("book-details", contract, wall=wall, zone="America/New_York")
        assert signed_in(f.giulia()).get(page).status_code == 302

    def test_a_time_that_the_clock_skips_is_refused_beside_its_field(self, contract: Contract) -> None:
        page = address("book-details", contract, wall="2026-03-29T02:30", zone="Europe/Rome")
        response = signed_in(f.giulia()).get(page, follow=True)
        assert "This time does not exist" in text_of(response)

    @pytest.mark.parametrize(
        "starts",
        [
            "",
            "soon",
            "2026-03-09T10:00",
            "9999-12-31T23:59:59-14:00",
            "9999-12-31T23:30:00Z",
            "0001-01-01T00:10:00Z",
            "\x00",
        ],
    )
    def test_a_start_that_cannot_be_read_leads_back_to_the_calendar(
        self, contract: Contract, marta: Client, starts: str
    ) -> None:
        response = marta.get(address("book-details", contract, starts=starts))
        assert response.status_code == 302
        assert reverse("sessions:book-time", args=[contract.pk]) in response.headers["Location"]


class TestPeopleAndConfirmation:
    def test_the_person_who_books_is_ticked(self, contract: Contract, marta: Client) -> None:
        f.luca()
        html = marta.get(details(contract)).content.decode()
        assert f'name="members" value="{f.marta().pk}" id="id_members_1" checked' in html
        assert f'name="members" value="{f.luca().pk}" id="id_members_0">' in html

    def test_the_quote_says_what_it_draws(self, contract: Contract, marta: Client) -> None:
        use_up(contract, leaving=15)
        f.rate("EUR", "125")
        words = text_of(marta.get(details(contract)))
        assert "Included minutes 0:15" in words
        assert "Overage at €125.00 an hour 0:45 · €93.75" in words
        assert "Free afterwards 0:00" in words
        assert "Only 0:15 are left, so 0:45 are overage." in words

    def test_what_it_pushes_into_overage_is_named(self, contract: Contract, marta: Client) -> None:
        use_up(contract, leaving=60)
        f.rate("EUR", "120")
        f.booked(contract, "kickoff", 60, "2026-03-16 10:00", now=f.NOW)
        words = text_of(marta.get(details(contract)))
        assert "Kick-off meeting on Mon, 16 Mar 2026, 10:00 (Rome) becomes overage 1:00 · €120.00" in words

    def test_the_policy_stands_before_the_button(self, contract: Contract, marta: Client) -> None:
        words = text_of(marta.get(details(contract)))
        assert "until Sun, 8 Mar 2026, 10:00 (Rome), 24 hours before the start" in words
        assert words.index("If something comes up") < words.index("Book this session")

    def test_booking_leads_to_the_session_and_says_what_happens_next(self, contract: Contract, marta: Client) -> None:
        response = marta.post(
            details(contract),
            form(members=[f.marta()], guests=[("Ana Ruiz", "Ana@Supplier.example"), ("", "")], message="Bring rings"),
            follow=True,
        )
        session = ConsultingSession.objects.get()
        assert response.redirect_chain[-1][0] == f"{reverse('sessions:detail', args=[session.pk])}?booked=1"
        assert "The session is booked" in text_of(response)
        assert session.starts_at == f.at("2026-03-09 10:00")
        assert session.message == "Bring rings"
        assert {attendee.email for attendee in session.attendees.all()} == {
            "marta@acme.example",
            "ana@supplier.example",
        }

    def test_nobody_comes_is_refused_beside_the_people(self, contract: Contract, marta: Client) -> None:
        response = marta.post(details(contract), form(message="kept"))
        assert response.status_code == 422
        assert "Name at least one attendee." in text_of(response)
        assert ">\nkept</textarea>" in response.content.decode()
        assert not ConsultingSession.objects.exists()

    def test_half_a_guest_is_refused_beside_the_missing_half(self, contract: Contract, marta: Client) -> None:
        response = marta.post(details(contract), form(members=[f.marta()], guests=[("Ana", "")]))
        assert response.status_code == 422
        assert response.context["guests"].forms[0].errors == {"email": ["This field is required."]}

    def test_another_row_for_a_guest_keeps_everything(self, contract: Contract, marta: Client) -> None:
        typed = form(act="add-guest", members=[f.luca()], guests=[("Ana", "not yet an address")], message="kept")
        response = marta.post(details(contract), typed)
        html = response.content.decode()
        assert response.status_code == 200
        assert 'value="not yet an address"' in html
        assert 'name="guests-1-email"' in html
        assert f'value="{f.luca().pk}" id="id_members_0" checked' in html
        assert "kept</textarea>" in html

    @pytest.mark.parametrize("count", ["", "x", "-1", "1001", "99999999999999999999"])
    def test_a_broken_count_of_rows_is_refused(self, contract: Contract, marta: Client, count: str) -> None:
        broken = {**form(members=[f.marta()]), "guests-TOTAL_FORMS": count}
        assert marta.post(details(contract), broken).status_code in {302, 422}
        assert marta.post(details(contract), {**broken, "act": "add-guest"}).status_code in {200, 302}

    def test_a_stranger_cannot_be_invited_as_a_member(self, contract: Contract, marta: Client) -> None:
        response = marta.post(details(contract), form(members=[f.hanna()]))
        assert response.status_code == 422
        assert not ConsultingSession.objects.exists()

    def test_the_same_form_sent_twice_is_one_session(self, contract: Contract, marta: Client) -> None:
        first = marta.post(details(contract), form(members=[f.marta()]))
        second = marta.post(details(contract), form(members=[f.marta()]))
        assert first.headers["Location"] == second.headers["Location"]
        assert ConsultingSession.objects.count() == 1

    def test_the_same_costly_form_sent_twice_is_one_session(self, marta: Client) -> None:
        contract = f.with_terms_accepted(f.launch_kit())
        use_up(contract)
        f.rate("EUR", "100")
        page = details(contract)
        typed = form(members=[f.marta()], accept_overage="on", quote=sealed_quote(marta.get(page)))
        first, second = marta.post(page, typed), marta.post(page, typed)
        assert first.headers["Location"] == second.headers["Location"]
        assert ConsultingSession.objects.count() == 1

    def test_going_back_to_a_form_that_was_sent_leads_to_the_session(self, contract: Contract, marta: Client) -> None:
        marta.post(details(contract), form(members=[f.marta()]))
        assert marta.get(details(contract)).status_code == 302

    def test_the_loser_of_a_race_keeps_what_was_typed_and_gets_times(self, contract: Contract, marta: Client) -> None:
        rival = f.premium(f.globex(), dedicated=f.giulia())
        f.booked(rival, "kickoff", 60, "2026-03-09 10:00", by=f.hanna(), now=f.NOW)
        typed = form(members=[f.marta()], guests=[("Ana", "ana@supplier.example")], message="kept")
        response = marta.post(details(contract), typed)
        html = response.content.decode()
        assert response.status_code == 409
        assert "This time has just been taken." in text_of(response)
        assert "ana@supplier.example" in html
        assert "kept</textarea>" in html
        assert len(response.context["nearest"]) == 3
        assert "Book this session" not in text_of(response)

        chosen = response.context["nearest"][0]["href"]
        again = marta.post(chosen, {**typed, "act": "choose"})
        assert again.status_code == 200
        assert "kept</textarea>" in again.content.decode()
        assert marta.post(chosen, typed).status_code == 302
        assert ConsultingSession.objects.filter(contract=contract).count() == 1


class TestOverage:
    @pytest.fixture
    def costly(self) -> Contract:
        contract = f.launch_kit()
        use_up(contract)
        f.rate("EUR", "100")
        return contract

    def test_the_terms_are_accepted_in_place_and_nothing_is_lost(self, costly: Contract) -> None:
        marta = signed_in(f.marta())
        page = marta.get(details(costly))
        assert "First, the service terms" in text_of(page)
        assert 'value="book"' not in page.content.decode()
        response = marta.post(
            details(costly), form(act="accept-terms", terms_language="en", members=[f.luca()], message="kept")
        )
        assert terms_accepted(costly)
        assert "kept</textarea>" in response.content.decode()
        assert "I accept 1:00 of overage, €100.00 at the rate in force." in text_of(response)

    def test_terms_in_a_language_that_they_do_not_have_are_refused(self, costly: Contract) -> None:
        response = signed_in(f.marta()).post(details(costly), form(act="accept-terms", terms_language="tlh"))
        assert response.status_code == 409
        assert not terms_accepted(costly)

    def test_overage_that_was_not_accepted_is_refused_beside_the_box(self, costly: Contract) -> None:
        f.with_terms_accepted(costly)
        response = signed_in(f.marta()).post(details(costly), form(members=[f.marta()]))
        assert response.status_code == 422
        assert 'id="id_accept_overage_error"' in response.content.decode()
        assert "Overage: This session goes beyond the included minutes." in text_of(response)
        assert not ConsultingSession.objects.exists()

    def test_accepted_overage_is_booked_and_kept(self, costly: Contract) -> None:
        f.with_terms_accepted(costly)
        marta = signed_in(f.marta())
        seal = sealed_quote(marta.get(details(costly)))
        marta.post(details(costly), form(members=[f.marta()], accept_overage="on", quote=seal))
        kept = ConsultingSession.objects.get().overage_acceptances.get()
        assert (kept.overage_minutes, kept.amount, kept.accepted_by) == (60, Decimal(100), f.marta())

    def test_figures_that_rose_are_shown_anew_and_accepted_again(self, costly: Contract) -> None:
        f.with_terms_accepted(costly)
        marta = signed_in(f.marta())
        seal = sealed_quote(marta.get(details(costly)))
        f.rate("EUR", "150", valid_from=date(2026, 3, 5))
        typed = form(members=[f.marta()], accept_overage="on", message="kept")
        response = marta.post(details(costly), {**typed, "quote": seal})
        html = response.content.decode()
        assert response.status_code == 409
        assert "The price has changed since you saw it." in text_of(response)
        assert "I accept 1:00 of overage, €150.00 at the rate in force." in text_of(response)
        assert 'value="on" checked' not in html, "nobody accepts a price that they have not seen"
        assert "kept</textarea>" in html
        assert marta.post(details(costly), {**typed, "quote": sealed_quote(response)}).status_code == 302

    def test_staff_cannot_accept_overage(self, costly: Contract) -> None:
        f.with_terms_accepted(costly)
        giulia = signed_in(f.giulia())
        words = text_of(giulia.get(details(costly)))
        assert "A customer admin has to book this" in words
        assert f"From {costly.customer.name}" in words, "the people who come are not of the reader's organisation"
        refused = giulia.post(details(costly), form(members=[f.marta()], accept_overage="on"))
        assert refused.status_code == 409
        assert giulia.post(details(costly), form(act="accept-terms", terms_language="en")).status_code == 403
        assert not ConsultingSession.objects.exists()

    def test_without_a_rate_there_is_no_button_but_somebody_to_ask(self) -> None:
        contract = f.with_terms_accepted(f.launch_kit())
        use_up(contract)
        response = signed_in(f.marta()).get(details(contract))
        assert "There is no hourly rate for that day" in text_of(response)
        assert "giulia.conti@oura.example" in text_of(response)
        assert 'value="book"' not in response.content.decode()


SCREENS = ("book", "book-time", "book-details")


class TestAccess:
    @pytest.mark.parametrize("page", SCREENS)
    def test_another_customers_contract_does_not_exist(self, contract: Contract, page: str) -> None:
        f.premium(f.globex(), dedicated=f.aino())
        starts = f.at("2026-03-09 10:00").isoformat()
        for stranger in (f.hanna(), f.aino()):
            assert signed_in(stranger).get(address(page, contract, starts=starts)).status_code == 404

    def test_a_strangers_post_changes_nothing(self, contract: Contract) -> None:
        f.premium(f.globex(), dedicated=f.aino())
        for act in ("book", "accept-terms", "add-guest"):
            posted = form(act=act, members=[f.marta()], terms_language="en")
            assert signed_in(f.hanna()).post(details(contract), posted).status_code == 404
        assert not ConsultingSession.objects.exists()
        assert not terms_accepted(contract)

    @pytest.mark.parametrize("page", [*SCREENS, "book-start"])
    def test_who_may_not_book_is_told_so_or_finds_nothing(self, contract: Contract, page: str) -> None:
        where = reverse("sessions:book-start") if page == "book-start" else address(page, contract)
        assert signed_in(f.luca()).get(where).status_code == 404, "members see no contracts"
        assert signed_in(f.pekka()).get(where).status_code == 403, "finance sees them and books nothing"

    @pytest.mark.parametrize("page", SCREENS)
    def test_strangers_sign_in_first(self, contract: Contract, page: str) -> None:
        assert Client().get(address(page, contract)).status_code == 302

    def test_a_lead_who_is_not_on_the_team_does_not_book(self) -> None:
        contract = f.launch_kit(dedicated=f.staff("Ada Able", Role.AM))
        assert signed_in(f.giulia()).get(address("book", contract)).status_code == 403


@pytest.mark.parametrize("bookings", [1, 3])
def test_the_last_screen_asks_as_often_whatever_is_booked(
    contract: Contract, marta: Client, bookings: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(bookings):
        f.booked(
            contract,
            "operations",
            30,
            f"2026-03-1{number + 6} 10:00",
            now=f.NOW,
            attendees=[Guest("Marta", "marta@acme.example")],
        )
    marta.get(details(contract))
    with django_assert_num_queries(23):
        marta.get(details(contract))


def test_the_calendar_asks_as_often_whatever_is_booked(
    contract: Contract, marta: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    marta.get(address("book-time", contract))
    with django_assert_num_queries(19):
        marta.get(address("book-time", contract))
    f.booked(contract, "operations", 30, "2026-03-16 10:00", now=f.NOW)
    with django_assert_num_queries(19):
        marta.get(address("book-time", contract))


def test_the_second_screen_reaches_no_further_than_the_horizon(contract: Contract, marta: Client) -> None:
    last = (f.NOW + timedelta(days=60)).date()
    free = marta.get(address("book-time", contract, month=f"{last:%Y-%m}")).context["free"]
    assert free.next_href == ""
    assert not any(cell.href for week in free.weeks for cell in week if cell.date > last)
