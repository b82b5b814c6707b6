"""Requests and their conversation: who, which state follows, who is written to, what a customer never sees (§9)."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import time_machine
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone

from core.refusals import InvalidInput, NotAllowed
from customers.models import User
from notifications.domain.kinds import kind_called
from notifications.domain.letters import reading_as
from notifications.models import Message
from support.domain.acts import acts_open_to
from support.domain.queries import attachments_visible_to, messages_visible_to, requests_visible_to
from support.domain.refusals import WrongState
from support.domain.requests import add_note, answer, close_request, open_request, reply, route
from support.domain.states import TRANSITIONS
from support.models import RequestAttachment, RequestEvent, RequestMessage, RoutingDecision, SupportRequest
from tests.factories import NOW, acme, aino, customer, giulia, globex, hanna, luca, marta, pekka, sofia
from tests.home.pages import queries, signed_in
from tests.sessions.booking_pages import text_of
from tests.support.examples import asked, file

pytestmark = pytest.mark.django_db

Status = SupportRequest.Status
SECRET = "They are late with everything, be strict."


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def said(request: SupportRequest, kind: str, by: User) -> None:
    """Something of that kind happens to the request."""
    if kind == "replied":
        reply(request=request, body="Still.", by=by, now=NOW)
    elif kind == "closed":
        close_request(request=request, by=by, now=NOW)
    elif kind in {"kept", "sent_on"}:
        way, channel = ("own_staff", "") if kind == "kept" else ("channel", "Sales: sales@example.com")
        route(request=request, way=way, channel=channel, reason="Ours.", by=by, now=NOW)
    else:
        answer(request=request, kind=kind, body="Try another cable.", by=by, now=NOW)


def letters() -> list[tuple[str, str]]:
    """Whom a mail is owed to, and its subject in their language."""
    found = []
    for message in Message.objects.order_by("pk"):
        with reading_as(message):
            letter = kind_called(message.kind).compose(message, timezone.now())
        if message.kind == "request_news":
            found.append((message.recipient_email, letter.subject if letter else ""))
    return found


class TestOpening:
    def test_it_needs_no_contract_and_tells_the_lead_once(self) -> None:
        request = asked()
        assert (request.status, request.reference) == (Status.NEW, f"Q-{request.pk:06d}")
        assert letters() == [
            (giulia().email, f"Acme Wellness asks: Charger does not charge ({request.reference})"),
        ]

    def test_without_a_lead_operations_hears_of_it(self) -> None:
        acme().contacts.update(until=NOW)
        asked()
        sofia()
        assert [address for address, _subject in letters()] == [sofia().email]

    @pytest.mark.parametrize("stranger", [giulia, hanna, sofia, pekka])
    def test_only_the_customers_own_people_open_one(self, stranger: Callable[[], User]) -> None:
        marta()
        with pytest.raises(NotAllowed):
            asked(by=stranger())

    @pytest.mark.parametrize(
        ("different", "field"),
        [
            ({"subject": " "}, "subject"),
            ({"body": " "}, "body"),
            ({"kind": "return"}, "kind"),
            ({"kind": "gift"}, "kind"),
        ],
    )
    def test_what_is_missing_is_named(self, different: dict[str, str], field: str) -> None:
        given: dict[str, Any] = {"kind": "new_order", "subject": "Rings", "body": "Ten more.", **different}
        with pytest.raises(InvalidInput) as refusal:
            open_request(customer=acme(), by=marta(), now=NOW, **given)
        assert refusal.value.field == field
        assert not SupportRequest.objects.exists()

    def test_in_the_browser_with_a_file(self) -> None:
        giulia()
        client = signed_in(luca())
        assert client.get("/requests/new/").status_code == 200
        response = client.post(
            "/requests/new/",
            {"kind": "product_question", "subject": "Is it waterproof?", "body": "Asking.", "attachments": [file()]},
        )
        request = SupportRequest.objects.get()
        assert response.headers["Location"] == f"/requests/{request.pk}/"
        assert RequestAttachment.objects.get().message.request == request

    def test_somebody_of_two_customers_chooses_for_whom(self) -> None:
        from customers.domain.customers import add_member

        add_member(customer=globex(), person=marta(), kind="member", now=NOW)
        client = signed_in(marta())
        assert "For whom do you ask?" in text_of(client.get("/requests/new/"))
        assert client.get(f"/requests/new/?customer={globex().pk}").status_code == 200
        other = customer("Initech")
        assert client.get(f"/requests/new/?customer={other.pk}").status_code == 404
        assert client.get("/requests/new/?customer=x").status_code == 404


class TestStates:
    @pytest.mark.parametrize("before", Status.values)
    @pytest.mark.parametrize("kind", ["replied", "answered", "asked", "resolved", "kept", "sent_on", "closed"])
    def test_follow_the_table_and_nothing_else(self, before: str, kind: str) -> None:
        request = asked()
        SupportRequest.objects.update(status=before)
        request.refresh_from_db()
        after = TRANSITIONS[kind].get(Status(before))
        by = marta() if kind == "replied" else giulia()
        if after is None:
            with pytest.raises(WrongState):
                said(request, kind, by)
        else:
            said(request, kind, by)
        request.refresh_from_db()
        assert request.status == (after or before)

    def test_the_customers_word_opens_what_was_resolved(self) -> None:
        request = asked()
        said(request, "resolved", giulia())
        said(request, "replied", marta())
        request.refresh_from_db()
        assert request.status == Status.OPEN

    def test_who_read_an_older_state_is_refused_and_nothing_is_written(self) -> None:
        request = asked()
        stale = SupportRequest.objects.get()
        said(request, "closed", marta())
        with pytest.raises(WrongState):
            said(stale, "answered", giulia())
        assert RequestMessage.objects.count() == 1

    def test_the_database_knows_the_states_and_keeps_what_happened(self) -> None:
        asked()
        with pytest.raises(IntegrityError), transaction.atomic():
            SupportRequest.objects.update(status="forgotten")
        with pytest.raises(DatabaseError), transaction.atomic():
            RequestEvent.objects.update(status="closed")
        with pytest.raises(DatabaseError), transaction.atomic():
            RequestEvent.objects.all().delete()


class TestConversation:
    def test_each_side_is_told_of_the_other_once(self) -> None:
        request = asked(by=luca())
        said(request, "asked", giulia())
        said(request, "replied", marta())
        said(request, "resolved", giulia())
        reference = request.reference
        assert letters() == [
            (giulia().email, f"Acme Wellness asks: Charger does not charge ({reference})"),
            (luca().email, f"A question for you: Charger does not charge ({reference})"),
            (giulia().email, f"Acme Wellness wrote: Charger does not charge ({reference})"),
            (luca().email, f"Resolved: Charger does not charge ({reference})"),
            (marta().email, f"Resolved: Charger does not charge ({reference})"),
        ]

    def test_who_left_the_customer_is_not_written_to(self) -> None:
        request = asked(by=luca())
        said(request, "asked", giulia())
        luca().memberships.update(until=NOW)
        assert letters()[1] == (luca().email, "")

    @pytest.mark.parametrize("stranger", [aino, pekka, hanna])
    def test_others_neither_answer_nor_reply_nor_close(self, stranger: Callable[[], User]) -> None:
        request = asked()
        for act in (
            lambda: said(request, "answered", stranger()),
            lambda: said(request, "replied", stranger()),
            lambda: said(request, "closed", stranger()),
            lambda: said(request, "kept", stranger()),
            lambda: add_note(request=request, body="x", by=stranger(), now=NOW),
        ):
            with pytest.raises(NotAllowed):
                act()
        assert acts_open_to(stranger(), request, now=NOW) == frozenset()

    def test_staff_do_not_reply_for_the_customer_nor_the_customer_answer(self) -> None:
        request = asked()
        with pytest.raises(NotAllowed):
            said(request, "replied", giulia())
        with pytest.raises(NotAllowed):
            said(request, "answered", marta())
        with pytest.raises(NotAllowed):
            add_note(request=request, body="x", by=marta(), now=NOW)

    def test_the_page_carries_the_words_of_both_and_the_form_keeps_what_was_typed(self) -> None:
        request = asked()
        client = signed_in(giulia())
        response = client.post(f"/requests/{request.pk}/write/", {"then": "asked", "body": "Which cable?"})
        assert response.status_code == 302
        words = text_of(signed_in(marta()).get(f"/requests/{request.pk}/"))
        assert "It blinks red." in words
        assert "Which cable?" in words
        assert "We need a word from you" in words
        empty = client.post(f"/requests/{request.pk}/write/", {"then": "answered", "body": ""})
        assert empty.status_code == 422

    def test_its_pages_ask_as_often_for_three_as_for_one(self) -> None:
        first = asked(files=[file()])
        assert queries(marta(), "/requests/") == 6
        page = queries(giulia(), f"/requests/{first.pk}/")
        for number in ("2", "3"):
            asked(f"Charger {number}")
            reply(request=first, body="And?", by=marta(), now=NOW, files=[file()])
        assert queries(marta(), "/requests/") == 6
        assert queries(giulia(), f"/requests/{first.pk}/") == page


class TestNotes:
    def test_no_customer_ever_sees_one(self) -> None:
        request = asked()
        note = add_note(request=request, body=SECRET, by=giulia(), now=NOW, files=[file("secret.png")])
        attached = RequestAttachment.objects.get(message=note)
        assert SECRET in text_of(signed_in(giulia()).get(f"/requests/{request.pk}/"))
        read = signed_in(giulia()).get(f"/requests/files/{attached.pk}/")
        assert (read.status_code, b"".join(read) != b"") == (200, True)
        client = signed_in(marta())
        for address in (f"/requests/{request.pk}/", "/requests/", "/requests.csv", "/search/?q=strict", "/"):
            response = client.get(address)
            content = b"".join(response) if response.streaming else response.content
            assert b"late with everything" not in content, address
            assert b"secret.png" not in content, address
        assert b"Charger" not in client.get("/search/?q=strict").content
        assert client.get(f"/requests/files/{attached.pk}/").status_code == 404
        assert list(messages_visible_to(marta()).filter(internal=True)) == []
        assert list(attachments_visible_to(marta())) == []

    def test_one_moves_nothing_and_owes_no_mail(self) -> None:
        request = asked()
        before = Message.objects.count()
        add_note(request=request, body=SECRET, by=giulia(), now=NOW)
        request.refresh_from_db()
        assert (request.status, Message.objects.count()) == (Status.NEW, before)
        assert not any(SECRET in str(message.facts) for message in Message.objects.all())

    def test_one_can_be_written_when_all_is_closed_and_never_turns_into_a_message(self) -> None:
        request = asked()
        said(request, "closed", marta())
        note = add_note(request=request, body=SECRET, by=giulia(), now=NOW)
        with pytest.raises(DatabaseError), transaction.atomic():
            RequestMessage.objects.filter(pk=note.pk).update(internal=False)
        with pytest.raises(IntegrityError), transaction.atomic():
            RequestMessage.objects.create(
                request=request, author=marta(), from_staff=False, internal=True, body="x", written_at=NOW
            )


class TestRouting:
    def test_the_leads_decision_is_kept_and_shown_with_channel_and_reason(self) -> None:
        request = asked()
        client = signed_in(giulia())
        assert client.get(f"/requests/{request.pk}/route/").status_code == 200
        response = client.post(
            f"/requests/{request.pk}/route/",
            {"way": "channel", "channel": "Member support, in the app", "reason": "They see the ring's log."},
        )
        assert response.status_code == 302
        decision = RoutingDecision.objects.get()
        assert (decision.decided_by, decision.decided_at) == (giulia(), NOW)
        words = text_of(signed_in(marta()).get(f"/requests/{request.pk}/"))
        assert "Member support, in the app" in words
        assert "They see the ring's log." in words
        request.refresh_from_db()
        assert request.status == Status.RESOLVED
        assert letters()[-1] == (marta().email, f"Who can help with: {request.subject} ({request.reference})")
        with pytest.raises(DatabaseError), transaction.atomic():
            RoutingDecision.objects.update(reason="Another")

    @pytest.mark.parametrize(
        ("different", "field"), [({"reason": " "}, "reason"), ({"channel": ""}, "channel"), ({"way": "x"}, "way")]
    )
    def test_what_is_missing_is_named(self, different: dict[str, str], field: str) -> None:
        given = {"way": "channel", "channel": "Sales", "reason": "They know.", **different}
        with pytest.raises(InvalidInput) as refusal:
            route(request=asked(), by=giulia(), now=NOW, **given)
        assert refusal.value.field == field

    def test_a_colleague_of_the_team_answers_but_does_not_decide(self) -> None:
        from tests.factories import launch_kit, tomas

        launch_kit(others=[tomas()])
        request = asked()
        said(request, "answered", tomas())
        with pytest.raises(NotAllowed):
            said(request, "kept", tomas())
        assert signed_in(tomas()).get(f"/requests/{request.pk}/route/").status_code == 403
        said(request, "kept", sofia())


def test_who_sees_which() -> None:
    of_luca, of_marta, of_hanna = (
        asked("L", by=luca()),
        asked("M"),
        asked("H", by=hanna(), customer=globex()),
    )

    def seen(person: User) -> set[SupportRequest]:
        return set(requests_visible_to(person))

    assert seen(luca()) == {of_luca}
    assert seen(marta()) == seen(giulia()) == {of_luca, of_marta}
    assert seen(hanna()) == seen(aino()) == {of_hanna}
    assert seen(sofia()) == {of_luca, of_marta, of_hanna}
    assert seen(pekka()) == set()
    person = luca()
    person.memberships.update(until=NOW)
    assert seen(User.objects.get(pk=person.pk)) == set()
