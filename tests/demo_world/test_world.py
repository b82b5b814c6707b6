"""What the demo's world promises, around one Tuesday in November."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from io import StringIO

import pytest
from django.conf import settings
from django.contrib.auth import authenticate
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoDbBlocker, Settings

from billing.domain.closing import open_months_with_entries
from billing.domain.overage import OverageReport, month_overage
from billing.models import Close, Statement
from core.dates import local_day
from customers.models import Customer, User
from home.domain.attention import Concern, watched
from notifications.models import Message
from oura_success.demo_world.world import load_world
from packages.domain.rates import RateBook
from packages.domain.terms import terms_accepted
from packages.models import Contract, RateLine
from reviews.models import Review, ReviewEvent
from sessions.domain.numbers import numbers_of
from sessions.domain.periods import closed_through
from sessions.domain.pricing import Billing
from sessions.domain.shares import differences
from sessions.models import ConsultingSession, LedgerEntry, WorkingHours

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 24, 9, 12, 34, tzinfo=UTC)
PERSONAS = ("admin@acme.example", "admin@globex.example", "am@oura.example", "finance@oura.example", "ops@oura.example")


@pytest.fixture(scope="module", autouse=True)
def world(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The world, loaded once for this module and rolled back."""
    with django_db_blocker.unblock(), transaction.atomic():
        assert load_world(now=NOW)
        yield
        transaction.set_rollback(True)


def person(email: str) -> User:
    return User.objects.get(email=email)


def overage(month: date) -> OverageReport:
    return month_overage(month, user=person("finance@oura.example"))


def test_finance_finds_closed_months_with_statements_and_one_to_close() -> None:
    closes = Close.objects.order_by("number")
    assert closes[len(closes) - 1].month == date(2026, 9, 1)
    assert Statement.objects.exists()
    assert open_months_with_entries(before=date(2026, 11, 1), through=closed_through()) == [date(2026, 10, 1)]
    call_command("check_billing", stdout=StringIO())


def acme() -> Contract:
    return Contract.objects.select_related("package_version__package", "customer").get(customer__name="Acme S.p.A.")


@pytest.mark.parametrize("email", PERSONAS)
def test_the_personas_sign_in_with_the_public_password(email: str) -> None:
    assert authenticate(email=email, password=settings.DEMO_PASSWORD) == person(email)


def test_giulia_is_account_manager_and_success_manager_from_nine_to_five_in_rome() -> None:
    giulia = person("am@oura.example")
    assert set(giulia.staff_profile.roles) == {"am", "csm"}
    assert giulia.time_zone == "Europe/Rome"
    hours = WorkingHours.objects.filter(staff=giulia).values_list("weekday", "starts_at__hour", "ends_at__hour")
    assert sorted(hours) == [(day, 9, 17) for day in range(5)]


def test_acme_has_a_launch_kit_of_thirty_days_with_terms_accepted() -> None:
    contract = acme()
    assert contract.package_version.package.code == "launch-kit"
    assert local_day(NOW, contract.time_zone) - contract.starts_on == timedelta(days=30)
    assert terms_accepted(contract)
    numbers = numbers_of(contract, now=NOW)
    assert (numbers.used, numbers.booked_included, numbers.free, numbers.overage) == (165, 30, 45, 0)


def test_acmes_session_starts_seventy_minutes_after_the_start() -> None:
    session = ConsultingSession.objects.filter(contract=acme(), starts_at__gt=NOW).get()
    assert timedelta(minutes=70) <= session.starts_at - NOW < timedelta(minutes=71)
    assert session.status == "booked"
    assert session.attendees.count() >= 2
    assert Message.objects.filter(kind="session_booked", subject_id=session.pk).count() >= 3


def test_a_slip_was_reversed_and_typed_again() -> None:
    reversal = LedgerEntry.objects.get(contract=acme(), kind="reversal")
    assert reversal.reverses is not None
    again = LedgerEntry.objects.get(session=reversal.reverses.session, minutes=45)
    assert again.started_at == reversal.reverses.started_at
    assert again.session is not None
    assert again.session.status == "held"


def test_customers_stand_in_five_countries_and_more() -> None:
    assert set(Customer.objects.values_list("country", flat=True)) >= {"IT", "FI", "DE", "US", "JP"}
    assert 10 <= Customer.objects.count() <= 12


def test_all_staff_have_working_hours_and_everybody_a_zone() -> None:
    assert not User.objects.filter(staff_profile__isnull=False, working_hours__isnull=True).exists()
    assert User.objects.filter(language="it", memberships__customer__name="Acme S.p.A.").exists()


def test_every_package_is_there_and_somebody_is_nearly_out_of_days_and_of_minutes() -> None:
    running = Contract.objects.filter(starts_on__lte=NOW.date(), ends_on__gte=NOW.date()).select_related(
        "package_version__package"
    )
    assert {contract.package_version.package.code for contract in running} == {"launch-kit", "pro-lite", "premium"}
    concerns = {concern for each in watched(running, now=NOW) for concern in each.concerns}
    assert concerns == set(Concern)


def test_overage_of_last_month_and_this_is_priced_in_several_currencies() -> None:
    last, this = overage(date(2026, 10, 1)), overage(date(2026, 11, 1))
    assert {total.currency for total in last.totals()} >= {"EUR", "USD", "JPY"}
    assert {total.currency for total in this.totals()} >= {"EUR", "USD", "JPY", "GBP"}
    assert all(total.amount > 0 for report in (last, this) for total in report.totals())
    assert not last.unpriced()
    assert not this.unpriced()
    assert sum(line.billing is Billing.COURTESY for line in this.lines) == 1


def test_reviews_were_held_and_missed_and_others_are_planned() -> None:
    happened = set(ReviewEvent.objects.values_list("kind", flat=True))
    assert {"planned", "held", "not_held"} <= happened
    assert Review.objects.filter(status=Review.Status.PLANNED, starts_at__gt=NOW).exists()
    statuses = set(Review.objects.filter(status=Review.Status.HELD).values_list("project_status", flat=True))
    assert {"on_track", "at_risk"} <= statuses


def test_somebody_without_an_account_is_sent_statements() -> None:
    assert Statement.objects.filter(particulars__billing_email__icontains="@").exists()


def test_a_waiver_waits_for_a_decision_and_a_session_for_its_time() -> None:
    assert LedgerEntry.objects.filter(waiver__isnull=False, waiver__decision__isnull=True).count() == 1
    giulia = person("am@oura.example")
    assert ConsultingSession.objects.filter(staff=giulia, status="booked", ends_at__lt=NOW).count() == 1
    assert set(ConsultingSession.objects.values_list("status", flat=True)) == {"booked", "held", "cancelled", "no_show"}


@pytest.mark.parametrize("currency", ["EUR", "USD", "GBP", "JPY"])
def test_general_rates_since_2024_rose(currency: str) -> None:
    book = RateBook.of_lines(RateLine.objects.filter(contract__isnull=True).order_by("valid_from"))
    of_currency = Contract(currency=currency)
    assert book.rate_on(of_currency, date(2023, 12, 31)) is None
    first, today = book.rate_on(of_currency, date(2024, 1, 1)), book.rate_on(of_currency, NOW.date())
    assert first is not None
    assert today is not None
    assert today > first


def test_one_rate_is_negotiated() -> None:
    assert RateLine.objects.filter(contract__isnull=False).count() == 1


def test_every_share_is_what_the_rules_say_and_minutes_are_conserved() -> None:
    assert not list(differences(list(Contract.objects.select_related("package_version"))))
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_nothing_was_done_after_now() -> None:
    assert not LedgerEntry.objects.filter(created_at__gt=NOW).exists()
    assert not ConsultingSession.objects.filter(booked_at__gt=NOW).exists()
    assert not Message.objects.filter(created_at__gt=NOW).exists()


def test_a_second_run_changes_nothing() -> None:
    with CaptureQueriesContext(connection) as captured:
        assert not load_world(now=NOW + timedelta(days=3))
    assert [query["sql"].partition(" ")[0] for query in captured if "POINT" not in query["sql"]] == ["SELECT"]


def test_the_command_says_what_it_did(settings: Settings) -> None:
    settings.DEMO = True
    said = StringIO()
    call_command("load_demo_world", stdout=said)
    assert said.getvalue() == "The demo's world is there already.\n"


def test_the_command_refuses_outside_the_demo(settings: Settings) -> None:
    settings.DEMO = False
    with pytest.raises(CommandError, match="in the demo alone"):
        call_command("load_demo_world")
