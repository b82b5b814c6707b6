"""A form that is sent twice acts once, and what is sent anew acts anew."""

import re
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.http import HttpResponse, HttpResponseRedirect
from django.test import Client, RequestFactory

from core.idempotency import KEPT_FOR
from core.models import IdempotencyKey
from core.submit_once import answer_form_once
from sessions.models import ConsultingSession, LedgerEntry
from tests.factories import NOW, launch_kit, marta, sofia
from tests.home.pages import signed_in
from tests.sessions import booking_pages

pytestmark = pytest.mark.django_db

KEY = re.compile(r'name="submit_key" value="([0-9a-f-]{36})"')


def adjustments() -> int:
    return LedgerEntry.objects.filter(kind=LedgerEntry.Kind.ADJUSTMENT).count()


def key_on(browser: Client, address: str) -> str:
    found = KEY.search(browser.get(address).content.decode())
    assert found is not None
    return found[1]


class TestPages:
    def test_the_second_sending_leads_where_the_first_one_did_and_does_nothing(self) -> None:
        contract, browser = launch_kit(), signed_in(sofia())
        address = f"/contracts/{contract.pk}/adjust/"
        form = {"minutes": "30", "reason": "Goodwill", "submit_key": key_on(browser, address)}
        first, second = browser.post(address, form), browser.post(address, form)
        assert (first.status_code, second.status_code) == (302, 302)
        assert first["Location"] == second["Location"]
        assert adjustments() == 1
        assert "It was done once." in browser.get(second["Location"]).content.decode()

    def test_without_the_key_it_would_be_done_twice(self) -> None:
        contract, browser = launch_kit(), signed_in(sofia())
        for _time in range(2):
            browser.post(f"/contracts/{contract.pk}/adjust/", {"minutes": "30", "reason": "Goodwill"})
        assert adjustments() == 2

    def test_every_page_that_is_opened_has_a_key_of_its_own(self) -> None:
        contract, browser = launch_kit(), signed_in(sofia())
        address = f"/contracts/{contract.pk}/adjust/"
        assert key_on(browser, address) != key_on(browser, address)

    def test_mistakes_are_put_right_with_the_same_key(self) -> None:
        contract, browser = launch_kit(), signed_in(sofia())
        address = f"/contracts/{contract.pk}/adjust/"
        key = key_on(browser, address)
        wrong = browser.post(address, {"minutes": "30", "reason": "", "submit_key": key})
        assert wrong.status_code == 422
        assert browser.post(address, {"minutes": "30", "reason": "Goodwill", "submit_key": key}).status_code == 302
        assert adjustments() == 1

    def test_other_content_from_the_same_page_is_another_intention(self) -> None:
        contract, browser = launch_kit(), signed_in(sofia())
        address = f"/contracts/{contract.pk}/adjust/"
        key = key_on(browser, address)
        for minutes in ("30", "45"):
            browser.post(address, {"minutes": minutes, "reason": "Goodwill", "submit_key": key})
        assert adjustments() == 2

    def test_a_refused_act_is_not_kept(self) -> None:
        contract, browser = launch_kit(), signed_in(marta())
        answer = browser.post(
            f"/contracts/{contract.pk}/adjust/", {"minutes": "30", "reason": "x", "submit_key": str(uuid4())}
        )
        assert answer.status_code == 404
        assert IdempotencyKey.objects.count() == 0


class TestRule:
    @pytest.fixture(autouse=True)
    def _silence(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """These requests come from no session that could keep a message."""
        monkeypatch.setattr("core.submit_once.messages.info", lambda *_said: None)

    def send(self, rf: RequestFactory, data: dict[str, Any], *, at: str = "/somewhere/", **options: Any) -> list[str]:
        """What happened by one sending: nothing, or the act."""
        happened: list[str] = []

        def act() -> HttpResponse:
            happened.append("act")
            return HttpResponseRedirect("/on/")

        answer_form_once(rf.post(at, data), person=options.get("by") or sofia(), act=act, now=options.get("now", NOW))
        return happened

    def test_the_key_is_one_persons_and_one_addresss(self, rf: RequestFactory) -> None:
        form = {"submit_key": str(uuid4()), "word": "a"}
        assert self.send(rf, form) == ["act"]
        assert self.send(rf, form) == []
        assert self.send(rf, form, by=marta()) == ["act"]
        assert self.send(rf, form, at="/elsewhere/") == ["act"]

    def test_the_token_against_forgery_may_differ(self, rf: RequestFactory) -> None:
        form = {"submit_key": str(uuid4()), "word": "a"}
        assert self.send(rf, {**form, "csrfmiddlewaretoken": "one"}) == ["act"]
        assert self.send(rf, {**form, "csrfmiddlewaretoken": "two"}) == []

    def test_files_are_part_of_the_content(self, rf: RequestFactory) -> None:
        key = str(uuid4())

        def sent(content: bytes) -> list[str]:
            return self.send(rf, {"submit_key": key, "file": SimpleUploadedFile("a.csv", content)})

        assert sent(b"one") == ["act"]
        assert sent(b"one") == []
        assert sent(b"two") == ["act"]

    def test_it_is_forgotten_after_a_day(self, rf: RequestFactory) -> None:
        form = {"submit_key": str(uuid4())}
        assert self.send(rf, form) == ["act"]
        assert self.send(rf, form, now=NOW + KEPT_FOR - timedelta(seconds=1)) == []
        assert self.send(rf, form, now=NOW + KEPT_FOR) == ["act"]

    @pytest.mark.parametrize("key", ["", "x", "\0", "a" * 36, "-" * 36, "X" * 5000])
    def test_what_is_no_key_of_ours_is_none(self, rf: RequestFactory, key: str) -> None:
        assert self.send(rf, {"submit_key": key}) == ["act"]
        assert self.send(rf, {"submit_key": key}) == ["act"]

    def test_what_breaks_off_is_undone_and_can_be_sent_again(self, rf: RequestFactory) -> None:
        form = {"submit_key": str(uuid4())}

        def break_off() -> HttpResponse:
            launch_kit()
            raise RuntimeError

        with pytest.raises(RuntimeError), transaction.atomic():
            answer_form_once(rf.post("/somewhere/", form), person=sofia(), act=break_off, now=NOW)
        assert self.send(rf, form) == ["act"]


def test_a_booking_that_is_sent_twice_is_one_booking_and_no_lost_race() -> None:
    """The second click must not hear that somebody was quicker: it was they themselves."""
    contract = launch_kit()
    with time_machine.travel(NOW, tick=False):
        browser = booking_pages.signed_in(marta())
        address = booking_pages.details(contract)
        page = browser.get(address)
        key = KEY.search(page.content.decode())
        assert key is not None
        form = booking_pages.form(members=[marta()], quote=booking_pages.sealed_quote(page), submit_key=key[1])
        first, second = browser.post(address, form), browser.post(address, form)
    assert (first.status_code, second.status_code) == (302, 302)
    assert first["Location"] == second["Location"]
    assert ConsultingSession.objects.count() == 1
