"""One customer with a bit of everything, and for each act of the API who may do it and a body that is right."""

from typing import Any

from customers.models import User
from support.models import Order, RequestAttachment
from tests.api.caller import V1
from tests.billing.months import statement_of_january
from tests.factories import NOW, booked, giulia, launch_kit, logged, marta, pekka, rate, sofia
from tests.reviews.reviews import planned, with_reviews
from tests.support.examples import asked, file, handed_out, ordered, returned


class World:
    """One contract with a session and an entry, and a month in which it worked.

    `acts` tells of every act, by its path as described (`/sessions/{id}/cancel/`), who may do it and a right body.
    """

    def __init__(self) -> None:
        contract = launch_kit()
        rate("EUR", "150.00")
        entry = logged(contract, "kickoff", 30, "2026-02-03 10:00").entry
        session = booked(contract, "operations", 60, "2026-03-12 10:00")
        self.objects = {
            "customers": contract.customer_id,
            "contracts": contract.pk,
            "sessions": session.pk,
            "time_entries": entry.pk,
            "reviews": planned(with_reviews(), 1, "2026-03-11 10:00", now=NOW).pk,
            "requests": returned(bought := ordered(), 1).pk,
            "request_files": _attached().pk,
            "orders": bought.pk,
            "materials": handed_out().pk,
            "statements": statement_of_january(contract).pk,
        }
        asked = {
            "contract": contract.pk,
            "session_type": "operations",
            "starts_at": "2026-03-10T10:00:00+01:00",
            "duration_minutes": 60,
            "staff": giulia().email,
        }
        meeting = {
            **asked,
            "attendees": [{"name": "Marta", "email": marta().email}],
            "accept_overage": False,
            "quote": "",
            "message": "Hello",
        }
        time = {"started_at": "2026-02-04T10:00:00+01:00", "minutes": 30, "note": "Hello", "internal_note": "Hello"}
        reason = {"reason": "Hello"}
        account = {
            "name": "Initech",
            "country": "DE",
            "time_zone": "Europe/Berlin",
            "language": "en",
            "currency": "EUR",
            "lead": giulia().email,
            "primary_contact": "bill@initech.example",
        }
        order = {
            "customer": contract.customer_id,
            "package": "launch-kit",
            "start_date": "2026-03-02",
            "end_date": "2027-03-01",
            "lead": giulia().email,
            "confirmed_reviews": 0,
        }
        move = {
            "starts_at": "2026-03-16T10:00:00+01:00",
            "duration_minutes": 60,
            "staff": giulia().email,
            "accept_overage": False,
            "quote": "",
            **reason,
        }
        review = {
            "starts_at": "2026-03-17T10:00:00+01:00",
            "staff": [giulia().email],
            "duration_minutes": 60,
            "subject": "progress",
            "agenda": "Hello",
        }
        line = {"currency": "EUR", "hourly_rate": "150.00", "valid_from": "2026-03-10", "contract": None}
        work = {"contract": contract.pk, "session_type": "kickoff", "session": None, **time}
        self.acts: dict[str, tuple[User, dict[str, Any]]] = {
            "/customers/": (sofia(), account),
            "/contracts/": (sofia(), order),
            "/contracts/{id}/adjustments/": (sofia(), {"minutes": 5, **reason}),
            "/contracts/{id}/accept_terms/": (marta(), {"version": "1", "language": "en"}),
            "/sessions/quote/": (marta(), asked),
            "/sessions/": (marta(), meeting),
            "/sessions/{id}/no_show/": (giulia(), {"missing": "Marta", **reason}),
            "/sessions/{id}/log/": (giulia(), {**time, **reason}),
            "/sessions/{id}/cancel/": (marta(), reason),
            "/sessions/{id}/reschedule/": (marta(), move),
            "/time_entries/": (giulia(), work),
            "/time_entries/{id}/waive/": (giulia(), reason),
            "/time_entries/{id}/refuse_waiver/": (sofia(), reason),
            "/time_entries/{id}/reverse/": (giulia(), reason),
            "/reviews/{id}/plan/": (marta(), review),
            "/reviews/{id}/hold/": (giulia(), {"project_status": "on_track", "notes": "Hello"}),
            **_acts_of_support(bought),
            "/materials/{material_pk}/withdraw/": (giulia(), {}),
            "/materials/{material_pk}/give_back/": (giulia(), {}),
            "/rates/": (sofia(), line),
            "/billing_periods/{month}/close/": (pekka(), {}),
            "/statements/{id}/invoice/": (pekka(), {"reference": "2026/104", "invoiced_on": "2026-03-03"}),
        }

    def parameters_of(self, path: str) -> dict[str, Any]:
        """What stands in the path of an operation: an object that exists."""
        area = path.removeprefix(V1).split("/")[1]
        pk = self.objects.get(area)
        real = {"id": pk, "material_pk": pk, "month": "2026-02"}
        return {name: value for name, value in real.items() if f"{{{name}}}" in path}

    def address_of(self, path: str) -> str:
        """The path of an operation with an object that exists in it."""
        return path.format(**self.parameters_of(path))

    def actors(self) -> set[User]:
        """Who may do any of the acts."""
        return {person for person, _right in self.acts.values()}


def _attached() -> RequestAttachment:
    """A file of another request of Marta's."""
    asked(files=[file()])
    return RequestAttachment.objects.get()


def _acts_of_support(bought: Order) -> dict[str, tuple[User, dict[str, Any]]]:
    """Acts on requests, and on an order of one line; the world's request sends one ring of it back."""
    line = {"line": bought.lines.get().pk}
    ring = {"ring_model": "Oura Ring 4", "colour": "Gold", "size": "8", "quantity": 3, "received_on": "2026-02-20"}
    request = {"kind": "new_order", "subject": "Hello", "body": "Hello", "order": bought.pk}
    order = {"number": "SO-2", "placed_on": "2026-02-01", "time_zone": "Europe/Rome"}
    customer = {"customer": bought.customer_id}
    item = {**line, "quantity": 1, "wanted": ""}
    return {
        "/requests/": (marta(), {**customer, **request}),
        "/requests/{id}/messages/": (marta(), {"what": "reply", "body": "Hello"}),
        "/requests/{id}/route/": (giulia(), {"way": "own_staff", "channel": "", "reason": "Hello"}),
        "/requests/{id}/close/": (marta(), {}),
        "/requests/{id}/call_off/": (marta(), {}),
        "/orders/": (giulia(), {**customer, **order, "lines": [{**ring, "received_at": None}]}),
        "/orders/{id}/receipt/": (giulia(), {"lines": [{**line, "received_on": "2026-02-20", "received_at": None}]}),
        "/orders/{id}/returns/": (marta(), {"kind": "return", "items": [item], "body": "Hello"}),
        "/orders/{id}/exceptions/": (giulia(), {**line, "until": "2026-04-20", "reason": "Hello"}),
    }
