"""What went wrong is said in words, with the request's id, in the reader's language, on pages and in parts of them."""

import logging
import re

import pytest
from django.core.exceptions import BadRequest, PermissionDenied, RequestDataTooBig
from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.test import Client
from django.urls import include, path

from core.error_pages import RESTART_SECONDS, TOO_MANY_SECONDS, error_page
from tests.factories import hanna, launch_kit, marta
from tests.home.pages import signed_in

ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
HTMX = {"HX-Request": "true"}


def _raiser(error: Exception) -> HttpResponse:
    raise error


def _conflict(request: HttpRequest) -> HttpResponse:
    return error_page(request, 409, message="The month is closed.")


handler400 = "core.error_pages.bad_request"
handler403 = "core.error_pages.not_allowed"
handler404 = "core.error_pages.not_found"
handler429 = "core.error_pages.too_many_attempts"
handler500 = "core.error_pages.server_error"
urlpatterns = [
    path("400/", lambda request: _raiser(BadRequest())),
    path("403/", lambda request: _raiser(PermissionDenied())),
    path("404/", lambda request: _raiser(Http404())),
    path("409/", _conflict),
    path("413/", lambda request: _raiser(RequestDataTooBig())),
    path("500/", lambda request: _raiser(RuntimeError("our own fault"))),
    path("503/", lambda request: _raiser(OperationalError("connection refused"))),
    path("", include("oura_success.urls")),
]
STATUSES = ("400", "403", "404", "409", "413", "500", "503")
here = pytest.mark.urls(__name__)


@pytest.fixture
def stranger() -> Client:
    """A browser whose server does not hand its exceptions on to the test."""
    return Client(raise_request_exception=False)


@here
@pytest.mark.parametrize("status", STATUSES)
class TestEveryPage:
    def test_it_stands_without_a_database_and_names_the_id_of_header_and_log(
        self, stranger: Client, status: str, caplog: pytest.LogCaptureFixture
    ) -> None:
        with caplog.at_level(logging.INFO):
            answer = stranger.get(f"/{status}/")
        page = answer.content.decode()
        assert answer.status_code == int(status)
        assert ID.fullmatch(answer["X-Request-ID"])
        assert answer["X-Request-ID"] in page
        assert answer["X-Request-ID"] in str([record.__dict__ for record in caplog.records])
        assert 'href="/"' in page
        assert "data-back" in page

    def test_it_speaks_the_readers_language_and_wears_their_colours(self, stranger: Client, status: str) -> None:
        stranger.cookies["portal_language"] = "it"
        stranger.cookies["portal_theme"] = "dark"
        page = stranger.get(f"/{status}/").content.decode()
        assert '<html lang="it" data-theme="dark">' in page
        assert "Vai alla prima pagina" in page

    def test_part_of_a_page_gets_a_part(self, stranger: Client, status: str) -> None:
        answer = stranger.get(f"/{status}/", headers=HTMX)
        part = answer.content.decode()
        assert answer.status_code == int(status)
        assert answer["X-Problem"] == status
        assert part.strip().startswith('<div class="alert')
        assert "data-problem" in part
        assert "<html" not in part
        assert answer["X-Request-ID"] in part
        assert ("data-retry" in part) is (status in {"500", "503"})


class TestWhatCanBeDone:
    @here
    def test_a_page_is_asked_for_again_but_nothing_is_sent_twice_by_a_link(self, stranger: Client) -> None:
        read, sent = stranger.get("/500/?page=2"), stranger.post("/500/")
        assert 'href="/500/?page=2"' in read.content.decode()
        assert 'href="/500/' not in sent.content.decode()

    @here
    def test_a_database_that_is_away_is_a_restart_and_the_page_comes_back_by_itself(self, stranger: Client) -> None:
        read, sent = stranger.get("/503/"), stranger.post("/503/")
        assert read["Retry-After"] == sent["Retry-After"] == str(RESTART_SECONDS)
        assert f'data-retry-after="{RESTART_SECONDS}"' in read.content.decode()
        assert "data-retry-after" not in sent.content.decode()
        assert "still in the form" in sent.content.decode()

    @here
    def test_a_conflict_says_its_reason(self, stranger: Client) -> None:
        assert "The month is closed." in stranger.get("/409/").content.decode()

    def test_too_many_attempts_say_for_how_long(self, stranger: Client, db: None) -> None:
        form = {"login": "nobody@acme.example", "password": "wrong"}
        answers = [stranger.post("/accounts/password/reset/", {"email": form["login"]}) for _attempt in range(30)]
        refused = [answer for answer in answers if answer.status_code == 429]
        assert refused
        assert refused[0]["Retry-After"] == str(TOO_MANY_SECONDS)
        assert "Wait 5 minutes" in refused[0].content.decode()

    def test_an_address_for_forms_alone_is_no_blank_page(self, stranger: Client) -> None:
        answer = stranger.get("/preferences/theme/")
        assert answer.status_code == 405
        assert answer["Allow"] == "POST"
        assert "It takes what a form sends" in answer.content.decode()

    def test_the_api_keeps_its_own_form(self, stranger: Client, db: None) -> None:
        answer = stranger.get("/api/nowhere/")
        assert answer.status_code == 404
        assert answer["Content-Type"] == "application/problem+json"
        assert stranger.delete("/api/v1/packages/").headers["Content-Type"] == "application/problem+json"

    def test_nobody_chooses_the_id(self, stranger: Client) -> None:
        assert stranger.get("/livez", headers={"X-Request-ID": "mine"})["X-Request-ID"] != "mine"


@pytest.mark.django_db
class TestWhoIsNotSignedIn:
    def test_goes_to_sign_in_wherever_something_is(self, stranger: Client) -> None:
        contract = launch_kit()
        for address in ("/sessions/", f"/contracts/{contract.pk}/", "/contracts/987654/", "/search/?q=acme"):
            answer = stranger.get(address)
            assert answer.status_code == 302, address
            assert answer["Location"].startswith("/accounts/login/?next="), address

    def test_is_told_where_nothing_is(self, stranger: Client) -> None:
        assert stranger.get("/nowhere/").status_code == 404

    def test_reads_above_a_part_of_a_page_that_the_session_ended(self, stranger: Client) -> None:
        answer = stranger.get("/sessions/", headers=HTMX)
        assert answer.status_code == 401
        assert "You are signed out" in answer.content.decode()
        assert 'target="_blank"' in answer.content.decode()


@pytest.mark.django_db
def test_what_one_may_not_see_and_what_is_not_there_look_alike() -> None:
    contract = launch_kit()
    marta()
    browser = signed_in(hanna())
    theirs, nobodys = (browser.get(f"/contracts/{pk}/") for pk in (contract.pk, 987654))
    assert theirs.status_code == nobodys.status_code == 404
    assert ID.sub("", theirs.content.decode()) == ID.sub("", nobodys.content.decode())
