"""`/requests/` and `/orders/` of the API: what they show, and how they refuse (DOMAIN.md §9; API.md)."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.core.files.storage import default_storage

from support.domain.requests import add_note
from support.models import RequestAttachment
from tests.api.caller import Caller
from tests.api.conftest import api, today
from tests.factories import NOW, acme, giulia, hanna, marta
from tests.support.examples import asked, file, line, ordered, returned

pytestmark = pytest.mark.django_db
Api = Callable[..., Caller]
__all__ = ["api", "today"]


def test_a_request_shows_its_conversation_but_no_note_to_the_customer(api: Api) -> None:
    request = asked(files=[file()])
    add_note(request=request, body="Be strict.", by=giulia(), now=NOW)
    shown = api(marta()).get(f"/requests/{request.pk}/")
    assert shown.body["reference"] == request.reference
    assert [message["body"] for message in shown.body["messages"]] == ["It blinks red."]
    assert shown.body["messages"][0]["files"][0]["name"] == "ring.png"
    assert b"strict" not in shown.content
    assert b"strict" not in api(marta()).get("/requests/").content
    staff = api(giulia()).get(f"/requests/{request.pk}/")
    assert [message["internal"] for message in staff.body["messages"]] == [False, True]


def test_the_conversation_goes_on_until_it_is_closed(api: Api) -> None:
    request = asked()
    lead, customer = api(giulia()), api(marta())
    path = f"/requests/{request.pk}/messages/"
    assert lead.post(path, {"what": "question", "body": "Which cable?"}).body["status"] == "waiting"
    assert customer.post(path, {"what": "reply", "body": "The white one."}).body["status"] == "open"
    assert customer.post(path, {"what": "answer", "body": "Done."}).code == "not_allowed"
    assert customer.post(f"/requests/{request.pk}/close/", {}).body["status"] == "closed"
    refused = lead.post(path, {"what": "answer", "body": "Done."})
    assert (refused.status, refused.code) == (409, "request_moved_on")


@pytest.mark.parametrize(
    ("zone", "instant", "received", "last_day"),
    [
        ("Asia/Tokyo", "2026-02-10T23:30:00+09:00", "2026-02-10", "2026-03-12"),
        ("America/New_York", "2026-02-10T23:30:00-05:00", "2026-02-10", "2026-03-12"),
        ("Europe/Rome", "2026-02-10T23:30:00+01:00", "2026-02-10", "2026-03-12"),
        ("Asia/Tokyo", "2026-02-10T23:30:00Z", "2026-02-11", "2026-03-13"),
    ],
)
def test_an_instant_of_delivery_is_a_day_of_the_orders_zone(
    api: Api, zone: str, instant: str, received: str, last_day: str
) -> None:
    body: dict[str, Any] = {
        "customer": acme().pk,
        "number": "SO-9",
        "placed_on": "2026-02-01",
        "time_zone": zone,
        "lines": [
            {"ring_model": "Oura Ring 4", "colour": "Gold", "size": "8", "quantity": 2, "received_at": instant},
        ],
    }
    order = api(giulia()).post("/orders/", body)
    assert order.status == 201
    (shown,) = order.body["lines"]
    assert (shown["received_on"], shown["last_day"], shown["return_answer"]) == (received, last_day, "open")


@pytest.mark.parametrize(("received", "code"), [(date(2026, 1, 20), "return_closed"), (None, "receipt_not_recorded")])
def test_what_may_not_come_back_says_why(api: Api, received: date | None, code: str) -> None:
    order = ordered(line(received_on=received))
    item = {"line": order.lines.get().pk, "quantity": 1}
    refused = api(marta()).post(f"/orders/{order.pk}/returns/", {"kind": "return", "items": [item], "body": "x"})
    assert (refused.status, refused.code) == (409, code)


def test_more_than_is_left_is_refused_with_what_is(api: Api) -> None:
    order = ordered()
    returned(order, 7)
    item = {"line": order.lines.get().pk, "quantity": 4}
    refused = api(marta()).post(f"/orders/{order.pk}/returns/", {"kind": "return", "items": [item], "body": "x"})
    assert (refused.status, refused.code) == (409, "more_than_bought")
    assert refused.body["lines"] == [{"line": item["line"], "left": 3}]


def test_another_customers_line_or_order_is_unknown(api: Api) -> None:
    mine, other = ordered(number="1"), ordered(number="2")
    item = {"line": other.lines.get().pk, "quantity": 1}
    refused = api(marta()).post(f"/orders/{mine.pk}/returns/", {"kind": "return", "items": [item], "body": "x"})
    assert (refused.status, refused.code) == (400, "invalid")
    asked_for = {"customer": acme().pk, "kind": "new_order", "subject": "x", "body": "x"}
    assert api(hanna()).post("/requests/", asked_for).status == 400
    own = {**asked_for, "customer": hanna().memberships.get().customer_id, "order": mine.pk}
    assert api(hanna()).post("/requests/", own).status == 400


def test_a_requests_files_are_named_with_it_and_read_one_by_one(api: Api) -> None:
    request = asked(files=[file("log.txt", b"plain")])
    add_note(request=request, body="See.", by=giulia(), now=NOW, files=[file("secret.txt", b"internal")])
    shown = api(marta()).get(f"/requests/{request.pk}/").body
    (named,) = [each for message in shown["messages"] for each in message["files"]]
    answer = api(marta()).get(f"/request_files/{named['id']}/")
    assert (answer.status, answer.content, answer.headers["ETag"]) == (200, b"plain", f'"{named["sha256"]}"')
    assert answer.headers["Content-Disposition"] == 'attachment; filename="log.txt"'
    secret = RequestAttachment.objects.get(name="secret.txt")
    assert api(giulia()).get(f"/request_files/{secret.pk}/").content == b"internal"
    assert api(marta()).get(f"/request_files/{secret.pk}/").code == "not_found"


def test_a_file_that_the_storage_lost_is_not_found(api: Api) -> None:
    asked(files=[file()])
    kept = RequestAttachment.objects.get()
    default_storage.delete(str(kept.file))
    assert api(marta()).get(f"/request_files/{kept.pk}/").code == "not_found"
