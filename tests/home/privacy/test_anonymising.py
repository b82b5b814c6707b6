"""A person who left is anonymised: their traces are gone from everything that the portal keeps (docs/adr/0021)."""

import hashlib
import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from psycopg2 import sql

from billing.models import BillingFile, Statement
from core.models import AuditEvent
from core.private_files import private_files
from core.refusals import InvalidInput, NotAllowed
from customers.domain.customers import assign_contact
from customers.models import ApiToken, ContactAssignment, User
from home.domain.privacy.leaving import StillNeeded, anonymise, pseudonym_of
from home.domain.privacy.obstacles import obstacles
from notifications.models import Message
from sessions.domain.overage_requests import attendees_of
from sessions.models import CalendarFeed, OverageRequest
from tests.factories import NOW, PASSWORD, acme, booked, giulia, launch_kit, marta, member_of, sofia
from tests.home.pages import queries, signed_in
from tests.home.privacy.zenobia import (
    ADDRESS,
    GUEST_ADDRESS,
    GUEST_NAME,
    NAME,
    her_browser,
    leaves,
    what_she_did,
    zenobia,
)

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(days=40)
WHY = "Asked for it by mail."


@pytest.fixture(autouse=True)
def _later() -> Iterator[None]:
    """When the meetings of the story are over."""
    with time_machine.travel(LATER, tick=False):
        yield


def tables_with(words: str) -> set[str]:
    """Every table of the database in which `words` stand in any column of any row, capitals or not."""
    found = set()
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        for (table,) in cursor.fetchall():
            query = sql.SQL("SELECT EXISTS (SELECT FROM {} t WHERE strpos(lower(t::text), %s) > 0)")
            cursor.execute(query.format(sql.Identifier(table)), [words.lower()])
            if cursor.fetchone() == (True,):
                found.add(table)
    return found


def bytes_of_statements() -> dict[str, str]:
    """The hash of every statement's row and of every file of a close, read from the disk."""
    rows = {f"row {each.pk}": repr([each.sha256, each.particulars, each.amount]) for each in Statement.objects.all()}
    for file in BillingFile.objects.filter(rendered_at__isnull=False):
        with private_files().open(file.stored_as) as stored:
            rows[f"{file.file_name} {file.language}"] = hashlib.sha256(stored.read()).hexdigest()
    return rows


def test_no_column_of_the_database_knows_her_any_more() -> None:
    what_she_did()
    browser = her_browser()
    assert {"users", "attendees", "messages", "request_messages", "consulting_sessions", "api_tokens"} <= tables_with(
        "Quattrocchi"
    )
    assert {"users", "messages", "request_messages", "consulting_sessions"} <= tables_with(ADDRESS)
    before = bytes_of_statements()
    assert len(before) > 3

    her = leaves(zenobia())
    anonymise(person=her, reason=WHY, by=sofia(), now=LATER)

    assert tables_with(NAME) == set()
    assert tables_with("Quattrocchi") == set()
    assert tables_with(ADDRESS) == set()
    assert bytes_of_statements() == before
    assert browser.get("/").status_code == 302
    # The guest beside her is somebody else.
    assert tables_with(GUEST_NAME) == {"attendees", "messages", "named_guests"}


def test_no_page_and_no_file_that_staff_can_open_shows_her() -> None:
    contract = what_she_did()
    history = f"/contracts/{contract.pk}/history/"
    assert NAME in signed_in(sofia()).get(history).content.decode()
    her = leaves(zenobia())
    anonymise(person=her, reason=WHY, by=sofia(), now=LATER)

    seen = dict(everything_behind(signed_in(sofia())))

    assert len(seen) > 60
    people = f"/customers/{acme().pk}/people/"
    assert {history, people, "/operations/mail.csv", "/time-entries.csv"} <= set(seen)
    for address, content in seen.items():
        assert "Quattrocchi" not in content, address
        assert ADDRESS not in content, address
    assert pseudonym_of(her) in seen[history]


def everything_behind(client: Client) -> Iterator[tuple[str, str]]:
    """Every page and file that links lead to from the first screen, each address once, whatever its query."""
    waiting, known = ["/"], {"/"}
    while waiting:
        address = waiting.pop()
        answer = client.get(address)
        content = b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]
        text = content.decode(errors="replace")
        if answer.status_code == 200:
            yield address, text
        if not answer.headers.get("Content-Type", "").startswith("text/html"):
            continue
        for link in re.findall(r'href="(/[^"#?]*)', text):
            if link not in known and not link.startswith(("/admin/", "/static/", "/accounts/logout", "/api/")):
                known.add(link)
                waiting.append(link)


def test_she_never_gets_in_again() -> None:
    her = zenobia()
    what_she_did()
    browser = her_browser()
    leaves(her)
    anonymise(person=her, reason=WHY, by=sofia(), now=LATER)
    assert browser.get("/").headers["Location"].startswith("/accounts/login/")
    assert not Client().login(email=ADDRESS, password=PASSWORD)
    gone = User.objects.get(pk=her.pk)
    assert not Client().login(email=gone.email, password=PASSWORD)
    assert (gone.is_active, gone.anonymised_at, gone.has_usable_password()) == (False, LATER, False)
    assert not ApiToken.objects.filter(person=gone).exists()
    assert not CalendarFeed.objects.filter(person=gone).exists()
    # Nor does anybody open the account again: the database refuses.
    with pytest.raises(Exception, match="users_anonymised_for_good"):
        User.objects.filter(pk=gone.pk).update(is_active=True)


def test_what_waits_in_the_outbox_for_her_is_not_sent() -> None:
    what_she_did()
    her = leaves(zenobia())
    Message.objects.filter(recipient=her).update(state=Message.State.PENDING)
    anonymise(person=her, reason=WHY, by=sofia(), now=LATER)
    mails = Message.objects.filter(recipient=her)
    assert mails
    assert {(each.state, each.recipient_name) for each in mails} == {(Message.State.WITHDRAWN, pseudonym_of(her))}


def test_who_was_to_come_above_the_cap_is_named_without_her() -> None:
    what_she_did()
    asked = OverageRequest.objects.get()
    assert [each.email for each in attendees_of(asked)] == [ADDRESS, GUEST_ADDRESS]
    anonymise(person=leaves(zenobia()), reason=WHY, by=sofia(), now=LATER)
    assert [each.email for each in attendees_of(asked)] == [GUEST_ADDRESS]


def test_a_name_that_somebody_else_has_stays_theirs() -> None:
    other = member_of(acme(), NAME.replace("Zenobia", "Zita"))
    User.objects.filter(pk=other.pk).update(name=NAME)
    what_she_did()
    her = User.objects.get(email=ADDRESS)
    leaves(her)
    anonymise(person=her, reason=WHY, by=sofia(), now=LATER)
    assert User.objects.get(pk=other.pk).name == NAME
    assert tables_with(ADDRESS) == set()
    assert "request_messages" in tables_with(NAME)


def test_a_name_that_is_part_of_another_one_is_left_alone() -> None:
    contract = launch_kit()
    her = member_of(acme(), "Ada Rossi")
    booked(contract, "kickoff", 60, "2026-03-12 10:00", message="Ada Rossi-Bianchi comes, not Ada Rossi.", now=NOW)
    leaves(her)
    anonymise(person=her, reason=WHY, by=sofia(), now=LATER)
    assert contract.sessions.get().message == f"Ada Rossi-Bianchi comes, not {pseudonym_of(her)}."


class TestRefusals:
    def test_while_something_hangs_on_her(self) -> None:
        her = zenobia()
        contract = launch_kit(starts_on=LATER.date())
        session = booked(contract, "kickoff", 60, "2026-04-20 10:00", by=her, now=LATER)
        kind = ContactAssignment.Kind.PRIMARY_CONTACT
        assign_contact(customer=acme(), kind=kind, person=her, by=sofia(), now=NOW)
        assert [each.sentence for each in obstacles(her, now=LATER)] == [
            f"Belongs to {acme()}.",
            f"Is the primary contact of {acme()}.",
            f"Takes part in the session {session.reference}.",
        ]
        with pytest.raises(StillNeeded, match="Belongs to Acme"):
            anonymise(person=her, reason=WHY, by=sofia(), now=LATER)
        assert User.objects.get(pk=her.pk).name == NAME

    def test_nobody_who_works_here(self) -> None:
        with pytest.raises(StillNeeded, match="Works for Oura"):
            anonymise(person=giulia(), reason=WHY, by=sofia(), now=LATER)

    @pytest.mark.parametrize("reason", ["", "   ", f"{NAME} asked", f"see {ADDRESS.upper()}", "x" * 501])
    def test_without_a_reason_that_may_be_kept(self, reason: str) -> None:
        her = leaves(zenobia())
        with pytest.raises(InvalidInput):
            anonymise(person=her, reason=reason, by=sofia(), now=LATER)
        assert User.objects.get(pk=her.pk).name == NAME

    def test_by_nobody_else_and_never_oneself(self) -> None:
        her = leaves(zenobia())
        for by in (marta(), giulia()):
            with pytest.raises(NotAllowed):
                anonymise(person=her, reason=WHY, by=by, now=LATER)
        with pytest.raises(NotAllowed):
            anonymise(person=sofia(), reason=WHY, by=sofia(), now=LATER)

    def test_again_changes_nothing(self) -> None:
        her = leaves(zenobia())
        for _time in range(2):
            anonymise(person=her, reason=WHY, by=sofia(), now=LATER)
        event = AuditEvent.objects.get(verb="person.anonymise")
        assert (event.actor, event.reason, event.details) == (sofia(), WHY, {"person": her.pk})


class TestPage:
    def test_operations_see_what_goes_and_do_it(self) -> None:
        what_she_did()
        her = leaves(zenobia())
        client = signed_in(sofia())
        assert NAME in client.get("/operations/people/").content.decode()
        page = client.get(f"/operations/people/{her.pk}/anonymise/").content.decode()
        assert f"What stays, under {pseudonym_of(her)}" in page
        address = f"/operations/people/{her.pk}/anonymise/"
        assert client.post(address, {"reason": WHY}).status_code == 422
        assert User.objects.get(pk=her.pk).name == NAME
        answer = client.post(address, {"reason": WHY, "understood": "on"}, follow=True)
        assert f"What stays stands under {pseudonym_of(her)}." in answer.content.decode()
        assert NAME not in answer.content.decode()
        assert client.get(address).status_code == 404

    def test_who_is_needed_still_has_sentences_instead_of_a_form(self) -> None:
        her = zenobia()
        address = f"/operations/people/{her.pk}/anonymise/"
        page = signed_in(sofia()).get(address).content.decode()
        assert f"Belongs to {acme()}." in page
        assert "Anonymise for good" not in page
        answer = signed_in(sofia()).post(address, {"reason": WHY, "understood": "on"})
        assert answer.status_code == 422
        assert User.objects.get(pk=her.pk).name == NAME

    def test_the_list_is_searched_and_takes_as_many_queries_for_three(self) -> None:
        leaves(zenobia())
        one = queries(sofia(), "/operations/people/")
        for name in ("Ada Rossi", "Bo Berg"):
            leaves(member_of(acme(), name))
        assert queries(sofia(), "/operations/people/") == one == 5
        page = signed_in(sofia()).get("/operations/people/?q=quattro").content.decode()
        assert (NAME in page, "Bo Berg" in page) == (True, False)
        assert marta().name not in signed_in(sofia()).get("/operations/people/").content.decode()
