"""Eight clicks on one button, through two web processes: the act happens once, and every click leads to it."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from uuid import uuid4

import requests
from django.conf import settings
from django.test import Client

from packages.models import Contract
from sessions.models import LedgerEntry
from tests.factories import launch_kit, sofia
from tests.races.rush import start_of_working_day

CLICKS = 8
TOKEN = "a" * 32


def clicks(url: str, contract: Contract, keys: list[str]) -> Counter[int]:
    """Send the same adjustment at the same moment, once for each key; the statuses of the answers."""
    browser = Client()
    browser.force_login(sofia(), backend="customers.authentication.PortalBackend")
    name = settings.SESSION_COOKIE_NAME
    cookies = {name: browser.cookies[name].value, settings.CSRF_COOKIE_NAME: TOKEN}
    everybody_stands_ready = Barrier(len(keys))

    def click(key: str) -> int:
        form = {"minutes": "30", "reason": "Goodwill", "submit_key": key, "csrfmiddlewaretoken": TOKEN}
        everybody_stands_ready.wait(timeout=30)
        answer = requests.post(
            f"{url}/contracts/{contract.pk}/adjust/", data=form, cookies=cookies, timeout=60, allow_redirects=False
        )
        return answer.status_code

    with ThreadPoolExecutor(max_workers=len(keys)) as crowd:
        return Counter(crowd.map(click, keys))


def running_contract() -> Contract:
    first = start_of_working_day(-30)
    return launch_kit(starts_on=first.date(), ends_on=(first + timedelta(days=300)).date(), now=first)


def adjustments() -> int:
    return LedgerEntry.objects.filter(kind=LedgerEntry.Kind.ADJUSTMENT).count()


def test_one_page_clicked_many_times_acts_once(portal_server: str) -> None:
    assert clicks(portal_server, running_contract(), [str(uuid4())] * CLICKS) == {302: CLICKS}
    assert adjustments() == 1


def test_the_control_with_a_key_each_acts_each_time(portal_server: str) -> None:
    assert clicks(portal_server, running_contract(), [str(uuid4()) for _click in range(CLICKS)]) == {302: CLICKS}
    assert adjustments() == CLICKS
