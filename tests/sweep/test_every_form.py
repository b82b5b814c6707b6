"""The sweep: every field of every form that anybody meets, against every kind of nonsense."""

from collections.abc import Generator
from dataclasses import dataclass
from urllib.parse import quote_plus, urlencode

import pytest
import time_machine
from django.core import mail
from django.core.cache import cache
from django.db import transaction
from django.test import Client

from tests.access.world import PEOPLE, World
from tests.factories import NOW, globex, hanna
from tests.home.pages import signed_in
from tests.sweep.database import attempted, snapshot
from tests.sweep.forms import PLAUSIBLE_TEXT, Field, Form, with_value
from tests.sweep.nonsense import NONSENSE, may_be_meant
from tests.sweep.walk import HOST, forms_open_to, sweeper_of

SIDES = (("admin", "member", "other"), ("am", "operations", "finance", "o-am"))
"""The customers' people and the provider's, those who meet most of Acme's pages first."""
MEET_FORMS = frozenset({"admin", "am", "operations"})
"""Those without whom the sweep would have swept nothing."""
CHOICES = frozenset({"select", "radio", "checkbox", "hidden"})
"""Where an id may stand; in other fields it is a number like any other."""
FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Outcome:
    """What a sending was answered, and whether anything in the database is different from before."""

    status: int
    changed: bool

    @property
    def accepted(self) -> bool:
        return self.status < 400

    @property
    def refused_cleanly(self) -> bool:
        return 400 <= self.status < 500 and not self.changed


@dataclass(frozen=True)
class Sender:
    """Somebody who sends forms; whatever that does is looked at and undone."""

    client: Client
    before: dict[str, str]

    def send(self, form: Form, body: str) -> Outcome:
        """Send a form: what it was answered, and whether the database is another than before."""
        address = form.action.removeprefix(HOST)
        with transaction.atomic():
            tried = attempted()
            if form.method == "get":
                response = self.client.get(f"{address.partition('?')[0]}?{body}")
            else:
                response = self.client.generic("POST", address, body, content_type=FORM)
            changed = attempted() != tried and snapshot() != self.before
            transaction.set_rollback(True)
        return Outcome(response.status_code, changed or bool(mail.outbox))


def encoded(form: Form, field: Field, raw: str) -> str:
    """The body in which one field holds `raw` as it stands, even what no encoder would write."""
    others = [(name, value) for name, value in with_value(form, field.name, []) if name != field.name]
    return "&".join(filter(None, [urlencode(others), f"{quote_plus(field.name)}={raw}"]))


def sweep_asking(sender: Sender, form: Form, foreign: dict[str, str]) -> list[str]:
    """What goes wrong with nonsense in all fields of a form that only asks: it may mean nothing, but never breaks."""
    wrong = []
    for nonsense, raw in {**NONSENSE, **foreign}.items():
        outcome = sender.send(form, "&".join(f"{quote_plus(name)}={raw}" for name in form.all_fields))
        if outcome.status >= 500 or outcome.changed:
            wrong.append(f"get {form.action}: {nonsense} -> {outcome}")
    return wrong


def sweep_sending(sender: Sender, form: Form, foreign: dict[str, str]) -> list[str]:
    """What goes wrong with nonsense in the fields of a form that acts, one field after the other."""
    wrong = []
    for field in form.all_fields.values():
        words = sender.send(form, encoded(form, field, quote_plus(PLAUSIBLE_TEXT)))
        others = {name: pk for name, pk in foreign.items() if field.kind in CHOICES and pk not in field.options}
        for nonsense, raw in {**NONSENSE, **others}.items():
            outcome = sender.send(form, encoded(form, field, raw))
            meant = may_be_meant(field, nonsense, holds_words=words.accepted)
            # A button that the page does not have shows the page again.
            shown_again = field.kind == "button" and outcome == Outcome(200, changed=False)
            if not (outcome.refused_cleanly or shown_again or (outcome.accepted and meant)):
                wrong.append(f"post {form.action} {field.kind} {field.name}: {nonsense} -> {outcome}")
        cache.clear()
    return wrong


@pytest.fixture(autouse=True)
def keep_nothing(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    """Of thousands of pages nobody asks for the contexts and log lines that the test client and pytest would keep."""
    monkeypatch.setattr("django.test.client.store_rendered_templates", lambda *_rendered, **_by_name: None)
    caplog.set_level("CRITICAL")


@pytest.fixture
def world(db: None) -> Generator[World]:
    """Acme's objects, on the day on which the examples stand still."""
    with time_machine.travel(NOW, tick=False):
        yield World.build()


@pytest.mark.parametrize("persona", PEOPLE)
def test_nonsense_in_any_field_is_refused_and_changes_nothing(world: World, persona: str) -> None:
    client = signed_in(PEOPLE[persona]())
    client.raise_request_exception = False
    side = next(side for side in SIDES if persona in side)
    met = [form for form in forms_open_to(client, world, persona) if sweeper_of(form, side) == persona]
    assert met or persona not in MEET_FORMS
    foreign = {
        "another customer's contract": str(globex().contracts.get().pk),
        "another customer's person": str(hanna().pk),
    }
    sender = Sender(client, snapshot())
    wrong = []
    for form in met:
        wrong += (sweep_asking if form.method == "get" else sweep_sending)(sender, form, foreign)
    assert not wrong, "\n".join(wrong)
