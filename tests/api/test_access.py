"""Who may call what: every address of the API by every role, one's own customer and another's (DOMAIN.md §12)."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.urls import URLPattern

from customers.api.views import PortalAPIView
from customers.domain.roles import Right
from customers.models import User
from oura_success.api_urls import promised
from support.models import RequestAttachment
from tests.api.caller import V1, Caller
from tests.billing.months import statement_of_january
from tests.factories import (
    NOW,
    acme,
    aino,
    booked,
    giulia,
    globex,
    hanna,
    launch_kit,
    logged,
    luca,
    marta,
    member_of,
    pekka,
    rate,
    sofia,
)
from tests.reviews.reviews import planned, with_reviews
from tests.support.examples import asked, file, handed_out, ordered

pytestmark = pytest.mark.django_db

Api = Callable[..., Caller]

PEOPLE: dict[str, Callable[[], User]] = {
    "admin": marta,
    "member": luca,
    "lead": giulia,
    "operations": sofia,
    "finance": pekka,
    "other admin": hanna,
    "other lead": aino,
}
ALL = set(PEOPLE)
STAFF = {"lead", "operations", "finance", "other lead"}
SEE_CONTRACTS = ALL - {"member"}

SUPPORT = {"admin", "lead", "operations"}
ANSWER_AND_KEEP = {"lead", "operations"}

# Who gets an answer that is neither 404 nor 403. Lists are one's own: an empty page is an answer.
READERS: dict[str, set[str]] = {
    "packages/": ALL,
    "customers/": ALL,
    "customers/<int:pk>/": {"admin", "member", "lead", "operations", "finance"},
    "contracts/": SEE_CONTRACTS,
    "contracts/<int:pk>/": {"admin", "lead", "operations", "finance"},
    "contracts/<int:pk>/ledger/": {"admin", "lead", "operations", "finance"},
    "terms/": SEE_CONTRACTS,
    "slots/": SEE_CONTRACTS - {"finance"},
    "sessions/": ALL,
    "sessions/<int:pk>/": {"admin", "lead", "operations", "finance"},
    "time_entries/": STAFF,
    "time_entries/<int:pk>/": {"lead", "operations", "finance"},
    "reviews/": ALL,
    "requests/": ALL - {"finance"},
    "requests/<int:pk>/": SUPPORT,
    "request_files/<int:pk>/": SUPPORT,
    "orders/": ALL - {"finance", "member"},
    "orders/<int:pk>/": SUPPORT,
    "materials/": ALL,
    "materials/<int:material_pk>/": ALL - {"other admin"},
    "materials/<int:material_pk>/file/": ALL - {"other admin"},
    "rates/": {"operations", "finance"},
    "billing_periods/": {"finance"},
    "billing_periods/<month:month>/": {"finance"},
    "billing_periods/<month:month>/lines/": {"finance"},
    "billing_periods/<month:month>/export/": {"finance"},
    "statements/": {"finance"},
}
# Who comes as far as the check of what they sent, which is empty.
ACTORS: dict[str, set[str]] = {
    "customers/": {"operations"},
    "contracts/": {"operations"},
    "contracts/<int:pk>/adjustments/": {"operations"},
    "contracts/<int:pk>/accept_terms/": {"admin", "lead", "operations", "finance"},  # the rule refuses staff
    "sessions/quote/": SEE_CONTRACTS - {"finance"},
    "sessions/": SEE_CONTRACTS - {"finance"},
    "sessions/<int:pk>/no_show/": {"lead", "operations", "finance"},  # the rule refuses finance
    "sessions/<int:pk>/log/": {"lead"},
    "sessions/<int:pk>/cancel/": {"admin", "lead", "operations"},
    "sessions/<int:pk>/reschedule/": {"admin", "lead", "operations"},
    "time_entries/": {"lead", "other lead"},
    "time_entries/<int:pk>/waive/": {"lead", "operations"},
    "time_entries/<int:pk>/refuse_waiver/": {"operations"},
    "time_entries/<int:pk>/reverse/": {"lead", "operations", "finance"},  # the rule refuses finance
    "reviews/<int:pk>/plan/": {"admin", "lead", "operations"},
    "reviews/<int:pk>/hold/": {"lead", "operations", "finance"},  # the rule refuses finance
    "requests/": {"admin", "member", "other admin"},
    "requests/<int:pk>/messages/": SUPPORT,
    "requests/<int:pk>/route/": ANSWER_AND_KEEP,
    "requests/<int:pk>/close/": SUPPORT,
    "requests/<int:pk>/call_off/": SUPPORT,
    "orders/": ANSWER_AND_KEEP | {"other lead"},
    "orders/<int:pk>/receipt/": ANSWER_AND_KEEP,
    "orders/<int:pk>/returns/": {"admin"},
    "orders/<int:pk>/exceptions/": ANSWER_AND_KEEP,
    "materials/<int:material_pk>/withdraw/": ANSWER_AND_KEEP | {"other lead"},
    "materials/<int:material_pk>/give_back/": ANSWER_AND_KEEP | {"other lead"},
    "rates/": {"operations"},
    "billing_periods/<month:month>/close/": {"finance"},
    "statements/<int:pk>/invoice/": {"finance"},
}


@pytest.fixture
def acmes() -> dict[str, int]:
    """An object of Acme for every address that names one."""
    for person in PEOPLE.values():
        person()
    contract = launch_kit()
    launch_kit(globex(), dedicated=aino())
    rate("EUR", "150.00")
    entry = logged(contract, "kickoff", 30, "2026-02-03 10:00").entry
    session = booked(contract, "operations", 60, "2026-03-12 10:00")
    return {
        "customers": contract.customer_id,
        "contracts": contract.pk,
        "sessions": session.pk,
        "time_entries": entry.pk,
        "reviews": planned(with_reviews(), 1, "2026-03-11 10:00", now=NOW).pk,
        "requests": asked(files=[file()]).pk,
        "request_files": RequestAttachment.objects.get().pk,
        "orders": ordered().pk,
        "materials": handed_out(packages=["premium"]).pk,
        "statements": statement_of_january(contract).pk,
    }


def route_of(pattern: URLPattern) -> str:
    return str(pattern.pattern)


def view_of(pattern: URLPattern) -> Any:
    """The view's function, with what the framework and our base class put on it."""
    return pattern.callback


def address(route: str, objects: dict[str, int]) -> str:
    pk = objects.get(route.partition("/")[0], 0)
    return "/" + re.sub("<int:[a-z_]+>", str(pk), route).replace("<month:month>", "2026-02")


def methods_of(pattern: URLPattern) -> set[str]:
    view = view_of(pattern).cls
    return {method.upper() for method in ("get", "post", "put", "patch", "delete") if hasattr(view, method)}


def test_the_tables_above_name_every_address_and_method() -> None:
    named = {(route, "GET") for route in READERS} | {(route, "POST") for route in ACTORS}
    assert named == {(route_of(each), method) for each in promised for method in methods_of(each)}


def test_every_address_declares_its_right() -> None:
    for each in promised:
        view = view_of(each).cls
        assert issubclass(view, PortalAPIView), each
        assert isinstance(view.see, Right), each
        assert view_of(each).declared_permission == view.see, each
        # An act is bounded by a right of its own, or by a rule that names who may.
        assert "POST" in view.acts or not hasattr(view, "post") or route_of(each).endswith("accept_terms/"), each


def test_a_view_without_a_right_does_not_load() -> None:
    from django.core.exceptions import ImproperlyConfigured

    class Undeclared(PortalAPIView):
        pass

    with pytest.raises(ImproperlyConfigured):
        Undeclared.as_view()


@pytest.mark.parametrize("who", PEOPLE)
def test_who_reads_what(api: Api, acmes: dict[str, int], who: str) -> None:
    caller = api(PEOPLE[who]())
    for route, readers in READERS.items():
        answer = caller.get(address(route, acmes))
        expected = {200, 400} if who in readers else {403, 404}
        assert answer.status in expected, (who, route, answer.status)


@pytest.mark.parametrize("who", PEOPLE)
def test_who_does_what(api: Api, acmes: dict[str, int], who: str) -> None:
    caller = api(PEOPLE[who]())
    for route, actors in ACTORS.items():
        answer = caller.post(address(route, acmes), {"nothing": "of use"})
        expected = {200, 400} if who in actors else {403, 404}
        assert answer.status in expected, (who, route, answer.status)


def test_what_another_customer_owns_is_404_even_for_those_with_every_right(api: Api, acmes: dict[str, int]) -> None:
    for person in (hanna(), aino()):
        caller = api(person)
        for each in promised:
            if "<int:pk>" in route_of(each):
                path = address(route_of(each), acmes)
                never = address(route_of(each), dict.fromkeys(acmes, 999_999))
                for method in methods_of(each):
                    answers = [caller.call(method, one) for one in (path, never)]
                    assert answers[0].code == "not_found", (method, path)
                    assert answers[0].content == answers[1].content, (method, path)


def test_not_one_byte_of_another_customer(api: Api, acmes: dict[str, int]) -> None:
    for person in (hanna(), aino()):
        caller = api(person)
        for route in READERS:
            body = caller.get(address(route, acmes)).content
            for secret in (b"Acme", b"acme.example", giulia().email.encode()):
                assert secret not in body, (person, route)


def test_without_signing_in_everything_is_401(acmes: dict[str, int]) -> None:
    stranger = Caller(None)
    for each in promised:
        for method in ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"):
            answer = stranger.call(method, address(route_of(each), acmes))
            assert (answer.status, answer.code) == (401, "not_signed_in"), (method, each)
            assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_right_that_was_taken_away_is_gone_at_the_next_request(api: Api, acmes: dict[str, int]) -> None:
    caller = api(marta())
    path = f"{V1}/contracts/{acmes['contracts']}/"
    assert caller.get(path).status == 200
    member_of(acme(), "Carla Neri", kind="admin")
    marta().memberships.update(kind="member")
    assert caller.get(path).status == 404
