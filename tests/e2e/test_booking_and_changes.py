"""Booking, moving and cancelling in a real Chromium: phone and desk, the keyboard alone, without JavaScript."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from playwright.sync_api import Browser, Locator, Page, expect

from core.dates import local_day
from customers.models import User
from packages.models import Contract
from sessions.domain.availability import Day, days
from sessions.models import ConsultingSession
from tests import factories
from tests.plugin.processes import ProcessFactory

pytestmark = pytest.mark.django_db(transaction=True)

ROME = "Europe/Rome"
PHONE, DESK = {"width": 360, "height": 740}, {"width": 1280, "height": 900}
MOST_TABS = 150


@pytest.fixture
def contract() -> Contract:
    """Acme's Launch Kit, 30 days old: everything that is booked here is included."""
    now = timezone.now()
    return factories.launch_kit(starts_on=local_day(now, ROME) - timedelta(days=30), now=now)


@pytest.fixture
def coming(contract: Contract) -> ConsultingSession:
    """A session that Marta booked, about a week ahead."""
    now = timezone.now()
    slot = next(slot for day in _free_days(now) for slot in day.slots if slot.starts_at > now + timedelta(days=6))
    return factories.booked(contract, "operations", 60, slot.starts_at, now=now)


def _free_days(now: datetime) -> list[Day]:
    first = local_day(now, ROME)
    return days(
        staff=factories.giulia(),
        first=first,
        last=first + timedelta(days=40),
        zone=ROME,
        duration_minutes=60,
        now=now,
    )


@pytest.fixture
def portal(portal_processes: ProcessFactory) -> str:
    return portal_processes.web().url


@contextmanager
def at_the_portal(browser: Browser, address: str, person: User, **options: Any) -> Iterator[Page]:
    """`person`, signed in, in a browser of their own."""
    context = browser.new_context(base_url=address, locale="en-GB", timezone_id=ROME, **options)
    context.set_default_timeout(20_000)
    page = context.new_page()
    page.goto("/")
    page.get_by_label("E-mail").fill(person.email)
    page.get_by_label("Password", exact=True).fill(factories.PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(person.name.split()[0])
    yield page
    context.close()


def fits(page: Page) -> None:
    """Nothing sticks out sideways."""
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), page.url


Press = Callable[[Locator], None]


def by_keyboard(target: Locator) -> None:
    """Reach it with Tab and press it with Enter; in a group of choices go on with the arrows and tick with Space."""
    wanted, keyboard = target.first, target.page.keyboard
    is_choice = wanted.get_attribute("type") == "radio"
    for _tab in range(MOST_TABS):
        if wanted.evaluate("element => element === document.activeElement"):
            keyboard.press("Space" if is_choice else "Enter")
            return
        in_group = is_choice and wanted.evaluate("element => element.name === document.activeElement.name")
        keyboard.press("ArrowDown" if in_group else "Tab")
    pytest.fail(f"{target} cannot be reached with the keyboard")


def book(page: Page, press: Press) -> ConsultingSession:
    page.goto("/sessions/book/")
    fits(page)
    press(page.get_by_role("radio", name="Operations meeting"))
    press(page.get_by_role("button", name="See free times"))
    expect(page.locator(".slot").first).to_be_visible()
    fits(page)
    press(page.locator(".slot"))
    expect(page.get_by_role("button", name="Book this session")).to_be_visible()
    fits(page)
    press(page.get_by_role("button", name="Book this session"))
    expect(page.get_by_role("main")).to_contain_text("The session is booked")
    fits(page)
    return ConsultingSession.objects.get()


def move(page: Page, press: Press, session: ConsultingSession) -> None:
    page.goto(f"/sessions/{session.pk}/")
    press(page.get_by_role("link", name="Move", exact=True))
    expect(page.get_by_role("heading", level=1)).to_have_text("Choose a new time")
    fits(page)
    press(page.locator(".slot"))
    expect(page.get_by_role("main")).to_contain_text("Everyone who takes part is told")
    fits(page)
    press(page.get_by_role("button", name="Move the session"))
    expect(page.get_by_role("main")).to_contain_text("The session is moved")
    was = session.starts_at
    session.refresh_from_db()
    assert session.starts_at != was
    assert session.sequence == 1


def cancel(page: Page, press: Press, session: ConsultingSession) -> None:
    page.goto(f"/sessions/{session.pk}/")
    press(page.locator("summary").filter(has_text="More"))
    press(page.get_by_role("link", name="Cancel the session"))
    expect(page.get_by_role("main")).to_contain_text("The time is free for others again")
    fits(page)
    press(page.get_by_role("button", name="Cancel the session"))
    expect(page.get_by_role("main")).to_contain_text("The session is cancelled.")
    fits(page)
    session.refresh_from_db()
    assert session.status == "cancelled"


@pytest.mark.parametrize("viewport", [PHONE, DESK], ids=["360", "1280"])
def test_booking_moving_and_cancelling(browser: Browser, contract: Contract, portal: str, viewport: Any) -> None:
    with at_the_portal(browser, portal, factories.marta(), viewport=viewport) as page:
        session = book(page, _by_pointer)
        move(page, _by_pointer, session)
        cancel(page, _by_pointer, session)


def _by_pointer(target: Locator) -> None:
    """Click it; a choice whose input lies under its card is ticked."""
    first = target.first
    if first.get_attribute("type") == "radio":
        first.check(force=True)
    else:
        first.click()


def test_by_the_keyboard_alone(browser: Browser, contract: Contract, portal: str) -> None:
    with at_the_portal(browser, portal, factories.marta(), viewport=DESK) as page:
        session = book(page, by_keyboard)
        move(page, by_keyboard, session)
        cancel(page, by_keyboard, session)


def test_without_javascript(browser: Browser, contract: Contract, portal: str) -> None:
    with at_the_portal(browser, portal, factories.marta(), viewport=PHONE, java_script_enabled=False) as page:
        # Without scripts the browser cannot be asked for widths either.
        session = _without_widths(book, page)
        _without_widths(move, page, session)
        _without_widths(cancel, page, session)


def _without_widths(act: Callable[..., Any], page: Page, *rest: Any) -> Any:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(f"{__name__}.fits", lambda _page: None)
        return act(page, _by_pointer, *rest)


def test_who_loses_a_race_is_offered_other_times_in_place(
    browser: Browser, coming: ConsultingSession, portal: str
) -> None:
    """Somebody takes the time while Marta writes why she moves."""
    with at_the_portal(browser, portal, factories.marta(), viewport=DESK) as page:
        page.goto(f"/sessions/{coming.pk}/move/")
        # Another day: on its own day the session itself keeps others from the times around it.
        page.locator(".calendar-free").last.click()
        page.locator(".slot").first.click()
        page.get_by_label("Reason").fill("We travel that week.")
        taken = page.evaluate("new URLSearchParams(location.search).get('starts')")
        rival = factories.pro_lite(
            factories.globex(), dedicated=factories.giulia(), starts_on=local_day(timezone.now(), ROME)
        )
        factories.booked(rival, "kickoff", 60, _instant(taken), by=factories.hanna(), now=timezone.now())
        page.get_by_role("button", name="Move the session").click()
        expect(page.get_by_role("alert").first).to_contain_text("Nothing was moved")
        expect(page.get_by_label("Reason")).to_have_value("We travel that week.")
        page.get_by_role("alert").first.get_by_role("button").first.click()
        page.get_by_role("button", name="Move the session").click()
        expect(page.get_by_role("main")).to_contain_text("“We travel that week.”")


def _instant(text: str) -> datetime:
    instant = parse_datetime(text)
    assert instant is not None, text
    return instant
