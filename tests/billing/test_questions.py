"""A customer questions what is billed: asked, talked about, settled (DOMAIN.md §6, §12)."""

from collections.abc import Callable
from datetime import date, datetime

import pytest
import time_machine
from django.db import IntegrityError, ProgrammingError, transaction
from django.test import Client
from pytest_django import Settings

from billing.domain.closing import close_month
from billing.domain.questions import (
    Correction,
    ask_about,
    corrections_for,
    questions_to_answer,
    reject,
    uphold,
    write_about,
)
from billing.domain.refusals import AlreadyQuestioned, NothingCorrected, QuestionSettled
from billing.models import LineQuestion, QuestionMessage, StatementLine
from core.refusals import InvalidInput, NotAllowed, Refusal
from customers.models import User
from notifications.domain.delivery import send_batch
from notifications.models import Message
from packages.models import Contract
from sessions.domain.ledger import adjust, reverse_entry
from sessions.domain.refusals import AlreadyReversed
from sessions.domain.waivers import waive
from sessions.models import LedgerEntry, TimeOff
from tests.factories import (
    NOW,
    acme,
    aino,
    at,
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
    tomas,
)
from tests.home.pages import page, queries, signed_in
from tests.notifications.conftest import speak_to
from tests.plugin.mail import MailServer

pytestmark = pytest.mark.django_db

LATER = at("2026-03-05 10:00")
GIULIA, PEKKA, MARTA = "giulia.conti@oura.example", "pekka.laine@oura.example", "marta@acme.example"


@pytest.fixture
def entry() -> LedgerEntry:
    """A training of 60 minutes in February, all of it overage; the month is closed."""
    pekka()
    rate("EUR", "120.00")
    contract = launch_kit()
    entry = logged(contract, "supplementary-training", 60, "2026-02-10 10:00").entry
    close_month(month=date(2026, 2, 1), by=pekka(), now=NOW)
    return entry


@pytest.fixture
def mail_server(smtp_server: MailServer, settings: Settings) -> MailServer:
    """A real SMTP server to which this process delivers."""
    speak_to(smtp_server.port, settings)
    return smtp_server


def asked(entry: LedgerEntry, *, minutes: int | None = 45, by: User | None = None, now: datetime = NOW) -> LineQuestion:
    return ask_about(
        entry=entry,
        words="This was 45 minutes, not 60",
        minutes=minutes,
        line=StatementLine.objects.filter(entry=entry).first(),
        by=by or marta(),
        now=now,
    )


def told(kind: str) -> list[str]:
    return sorted(Message.objects.filter(kind=kind).values_list("recipient_email", flat=True))


class TestAsking:
    def test_the_lead_and_finance_are_told(self, entry: LedgerEntry) -> None:
        question = asked(entry)
        assert question.is_open
        assert told("line_questioned") == [GIULIA, PEKKA]

    def test_who_covers_for_the_lead_is_told_and_answers(self, entry: LedgerEntry) -> None:
        TimeOff.objects.create(
            staff=giulia(), starts_at=at("2026-03-01 00:00"), ends_at=at("2026-03-09 00:00"), cover=tomas()
        )
        question = asked(entry)
        assert "tomas.weber@oura.example" in told("line_questioned")
        with time_machine.travel(NOW, tick=False):
            assert list(questions_to_answer(tomas(), now=NOW)) == [question]
        assert reject(question=question, reason="It was 60", by=tomas(), now=LATER).settled_by == tomas()

    @pytest.mark.parametrize("person", [luca, hanna, giulia, pekka, sofia])
    def test_only_an_admin_of_the_customer_asks(self, entry: LedgerEntry, person: Callable[[], User]) -> None:
        with pytest.raises(NotAllowed):
            asked(entry, by=person())

    @pytest.mark.parametrize(("minutes", "words"), [(60, "x"), (61, "x"), (-1, "x"), (None, "  "), (None, "x" * 1001)])
    def test_what_cannot_be_meant_is_refused(self, entry: LedgerEntry, minutes: int | None, words: str) -> None:
        with pytest.raises(InvalidInput):
            ask_about(entry=entry, words=words, minutes=minutes, by=marta(), now=NOW)

    def test_one_open_question_an_entry(self, entry: LedgerEntry) -> None:
        first = asked(entry)
        with pytest.raises(AlreadyQuestioned):
            asked(entry)
        reject(question=first, reason="It was 60", by=pekka(), now=LATER)
        assert asked(entry, now=LATER).is_open

    def test_nothing_to_ask_about_what_was_reversed(self, entry: LedgerEntry) -> None:
        reverse_entry(entry=entry, by=giulia(), reason="Wrong", now=LATER)
        with pytest.raises(AlreadyReversed):
            asked(entry)


class TestTalking:
    def test_each_side_tells_the_other(self, entry: LedgerEntry) -> None:
        question = asked(entry)
        write_about(question=question, words="Who was there?", by=giulia(), now=LATER)
        assert told("question_answered") == [MARTA]
        write_about(question=question, words="Luca and I", by=marta(), now=LATER)
        assert told("question_answered") == [GIULIA, MARTA, PEKKA]

    @pytest.mark.parametrize("person", [luca, hanna, aino, tomas])
    def test_nobody_else_has_a_say(self, entry: LedgerEntry, person: Callable[[], User]) -> None:
        question = asked(entry)
        with pytest.raises(NotAllowed):
            write_about(question=question, words="Me too", by=person(), now=LATER)
        with pytest.raises(NotAllowed):
            reject(question=question, reason="No", by=person(), now=LATER)

    def test_the_customer_does_not_settle_their_own_question(self, entry: LedgerEntry) -> None:
        with pytest.raises(NotAllowed):
            reject(question=asked(entry), reason="Never mind", by=marta(), now=LATER)


class TestSettling:
    @pytest.mark.parametrize("person", [giulia, pekka, sofia])
    def test_rejected_with_a_reason(self, entry: LedgerEntry, person: Callable[[], User]) -> None:
        question = asked(entry)
        with pytest.raises(InvalidInput):
            reject(question=question, reason=" ", by=person(), now=LATER)
        settled = reject(question=question, reason="The recording says 60", by=person(), now=LATER)
        assert (settled.status, settled.settled_by, settled.settled_at) == ("rejected", person(), LATER)
        assert told("question_settled") == [MARTA]

    def test_upheld_names_the_correction_that_followed(self, entry: LedgerEntry) -> None:
        question = asked(entry)
        assert corrections_for(question) == []
        with pytest.raises(NothingCorrected):
            uphold(question=question, correction=None, by=giulia(), now=LATER)
        reversal = reverse_entry(entry=entry, by=giulia(), reason="45, not 60", now=LATER)

        (correction,) = corrections_for(question)
        settled = uphold(question=question, correction=correction, by=giulia(), now=LATER)

        assert (settled.status, settled.correction, settled.waiver) == ("upheld", reversal, None)

    def test_a_waiver_and_added_minutes_count_too(self, entry: LedgerEntry) -> None:
        contract = entry.contract
        adjust(contract=contract, minutes=5, reason="Before the question", by=sofia(), now=at("2026-03-01 10:00"))
        question = asked(entry)
        added = adjust(contract=contract, minutes=15, reason="Goodwill", by=sofia(), now=LATER)
        waiver = waive(entry=entry, by=sofia(), reason="Goodwill", now=at("2026-03-06 10:00"))
        assert [each.row or each.waiver for each in corrections_for(question)] == [waiver, added]
        assert (
            uphold(question=question, correction=corrections_for(question)[0], by=pekka(), now=LATER).waiver == waiver
        )

    def test_a_correction_of_something_else_does_not(self, entry: LedgerEntry) -> None:
        question = asked(entry)
        other = logged(entry.contract, "supplementary-training", 30, "2026-02-11 10:00").entry
        reversal = reverse_entry(entry=other, by=giulia(), reason="Wrong", now=LATER)
        with pytest.raises(NothingCorrected):
            uphold(question=question, correction=Correction(LATER, row=reversal), by=giulia(), now=LATER)

    def test_settled_is_for_good(self, entry: LedgerEntry) -> None:
        question = asked(entry)
        reject(question=question, reason="It was 60", by=pekka(), now=LATER)
        again: list[Callable[[], object]] = [
            lambda: reject(question=question, reason="Again", by=pekka(), now=LATER),
            lambda: write_about(question=question, words="But", by=marta(), now=LATER),
        ]
        for act in again:
            with pytest.raises(QuestionSettled):
                act()
        for change in ({"reason": "Another"}, {"status": "open"}, {"words": "Never asked"}):
            with pytest.raises(IntegrityError), transaction.atomic():
                LineQuestion.objects.filter(pk=question.pk).update(**change)
        with pytest.raises(IntegrityError), transaction.atomic():
            LineQuestion.objects.filter(pk=question.pk).delete()

    def test_what_was_asked_and_said_never_changes(self, entry: LedgerEntry) -> None:
        question = asked(entry)
        write_about(question=question, words="Hello", by=marta(), now=LATER)
        with pytest.raises(IntegrityError), transaction.atomic():
            LineQuestion.objects.filter(pk=question.pk).update(minutes=1)
        with pytest.raises(ProgrammingError), transaction.atomic():
            QuestionMessage.objects.update(words="Goodbye")

    def test_every_refusal_is_known_to_the_api(self) -> None:
        from core.problems import PROBLEMS

        refusals: list[type[Refusal]] = [AlreadyQuestioned, NothingCorrected, QuestionSettled]
        assert all(refusal.code in PROBLEMS for refusal in refusals)


class TestLetters:
    def sent(self, server: MailServer) -> dict[str, str]:
        while send_batch(now=LATER).go_on:
            pass
        letters = {mail.recipients[0]: f"{mail.subject}\n{mail.text}" for mail in server.received}
        server.received.clear()
        return letters

    def test_who_reads_what(self, entry: LedgerEntry, mail_server: MailServer) -> None:
        self.sent(mail_server)
        question = asked(entry)
        letters = self.sent(mail_server)
        assert set(letters) == {GIULIA, PEKKA}
        for expected in ("Acme Wellness questions", "This was 45 minutes", "1:00 logged", "0:45", "OH-000001"):
            assert expected in letters[PEKKA]
        assert f"/questions/{question.pk}/" in letters[GIULIA]

        write_about(question=question, words="Let me look", by=giulia(), now=LATER)
        assert "Let me look" in self.sent(mail_server)[MARTA]

        reverse_entry(entry=entry, by=giulia(), reason="45, not 60", now=LATER)
        uphold(question=question, correction=corrections_for(question)[0], by=giulia(), now=LATER)
        assert "you were right" in self.sent(mail_server)[MARTA]

    def test_nothing_reaches_an_admin_who_left(self, entry: LedgerEntry, mail_server: MailServer) -> None:
        question = asked(entry)
        write_about(question=question, words="Let me look", by=giulia(), now=LATER)
        member_of(acme(), "Carla Neri", kind="admin")
        marta().memberships.update(until=LATER)
        assert MARTA not in self.sent(mail_server)


class TestPages:
    def post(self, person: User, path: str, **typed: str) -> tuple[int, str]:
        client = Client()
        client.force_login(person)
        response = client.post(path, typed, follow=True)
        return response.status_code, response.content.decode()

    def test_from_the_statement_to_the_outcome(self, entry: LedgerEntry) -> None:
        line = StatementLine.objects.get()
        statement = f"/statements/{line.statement_id}/"
        link = f"/time-entries/{entry.pk}/question/?line={line.pk}"
        assert link in page(marta(), statement)
        assert link not in page(pekka(), statement)
        assert "OH-000001 bills 1:00 of them, €120.00" in page(marta(), link)

        status, shown = self.post(marta(), link, words="This was 45 minutes", minutes="0:45")
        assert status == 200
        assert "Your question is on its way" in shown
        question = LineQuestion.objects.get()
        assert (question.line, question.minutes) == (line, 45)
        for reader in (marta(), pekka(), giulia(), sofia()):
            assert "Questioned" in page(reader, statement)
            assert "This was 45 minutes" in page(reader, "/questions/")
        for reader in (pekka(), giulia(), sofia()):
            assert "This was 45 minutes" in page(reader, "/"), "on the work list"

        path = f"/questions/{question.pk}/"
        assert "Let me look" in self.post(pekka(), path, words="Let me look")[1]
        assert "Is the customer right?" in page(giulia(), f"{path}settle/")
        reverse_entry(entry=entry, by=giulia(), reason="45, not 60", now=LATER)
        (correction,) = corrections_for(question)
        assert correction.key in page(giulia(), f"{path}settle/")
        self.post(giulia(), f"{path}settle/", outcome=correction.key)
        assert "The customer was right" in page(marta(), path)
        assert "was questioned." in page(marta(), f"/contracts/{entry.contract_id}/history/")
        assert "was upheld" in page(pekka(), f"/contracts/{entry.contract_id}/history/")
        assert "This was 45 minutes" not in page(giulia(), "/")

    def test_before_the_close_too(self) -> None:
        entry = logged(launch_kit(), "kickoff", 60, "2026-03-01 10:00").entry
        path = f"/time-entries/{entry.pk}/question/"
        assert path in page(marta(), f"/time-entries/{entry.pk}/")
        assert self.post(marta(), path, words="Did not take place", minutes="0")[0] == 200
        assert LineQuestion.objects.get().line is None

    def test_what_is_missing_is_said_beside_the_field(self, entry: LedgerEntry) -> None:
        assert self.post(marta(), f"/time-entries/{entry.pk}/question/", words="", minutes="9:00")[0] == 422
        question = asked(entry)
        status, shown = self.post(pekka(), f"/questions/{question.pk}/settle/", outcome="reject", reason="")
        assert (status, "Say it in a few words." in shown) == (422, True)

    def test_strangers_find_nothing(self, entry: LedgerEntry) -> None:
        launch_kit(globex(), dedicated=aino())
        question = asked(entry)
        for stranger in (hanna(), aino()):
            assert "This was 45" not in page(stranger, "/questions/")
            for path in (f"/questions/{question.pk}/", f"/questions/{question.pk}/settle/"):
                assert signed_in(stranger).get(path).status_code == 404

    def test_open_questions_warn_at_the_close(self) -> None:
        rate("EUR", "120.00")
        asked(logged(launch_kit(), "supplementary-training", 60, "2026-02-10 10:00").entry)
        assert "Lines that a customer questions" in page(pekka(), "/periods/2026-02/")

    def test_the_list_asks_as_often_for_three_as_for_one(self, entry: LedgerEntry) -> None:
        asked(entry)
        assert queries(pekka(), "/questions/") == 5
        for number in (1, 2):
            more = logged(entry.contract, "supplementary-training", 30, f"2026-02-2{number} 10:00").entry
            asked(more)
        assert queries(pekka(), "/questions/") == 5


def test_added_minutes_that_were_taken_back_correct_nothing(entry: LedgerEntry) -> None:
    question = asked(entry)
    contract: Contract = entry.contract
    added = adjust(contract=contract, minutes=15, reason="Goodwill", by=sofia(), now=LATER)
    reverse_entry(entry=added, by=sofia(), reason="Wrong contract", now=LATER)
    assert corrections_for(question) == []
