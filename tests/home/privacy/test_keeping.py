"""Guests and the mail log are kept for a time and no longer; what erases them may run as often as it likes."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from customers.models import NamedGuest
from home.domain.privacy import keeping
from home.models import ImportRun
from notifications.models import Message
from reviews.models import ReviewAttendee
from sessions.domain.attendee_changes import change_attendees
from sessions.domain.attendees import Guest
from sessions.models import Attendee, ConsultingSession
from tests.factories import NOW, booked, launch_kit, luca, marta, sofia
from tests.home.pages import page
from tests.reviews.reviews import planned, with_reviews

pytestmark = pytest.mark.django_db
OTTO = Guest("Otto Guest", "otto@visitors.example")
NORA = Guest("Nora Guest", "nora@visitors.example")
LUCA = Guest("Luca Bruni", "luca@acme.example")


@pytest.fixture
def session() -> ConsultingSession:
    contract = launch_kit()
    assert luca().email == LUCA.email
    session = booked(contract, "kickoff", 60, "2026-03-12 10:00", attendees=[OTTO, LUCA], now=NOW)
    change_attendees(session=session, attendees=[NORA, LUCA], by=marta(), now=NOW)
    return session


def days_after(moment: datetime, days: int, *, more: int = 0) -> datetime:
    return moment + timedelta(days=days, seconds=more)


def guests_of(session: ConsultingSession) -> list[tuple[str, str]]:
    return [(each.name, each.email) for each in session.attendees.order_by("pk")]


def test_guests_go_when_their_time_is_over_and_members_stay(session: ConsultingSession, settings: Any) -> None:
    last = days_after(session.ends_at, settings.GUESTS_KEPT_DAYS)
    keeping.erase_what_is_over(now=last)
    assert (NORA.name, NORA.email) in guests_of(session)

    keeping.erase_what_is_over(now=last + timedelta(seconds=1))

    assert {name for name, _email in guests_of(session)} == {"–", luca().name}
    assert not [email for _name, email in guests_of(session) if "visitors" in email]
    assert Attendee.objects.get(session=session, user=luca()).email == LUCA.email


def test_a_history_says_that_it_was_a_guest(session: ConsultingSession, settings: Any) -> None:
    address = f"/sessions/{session.pk}/"
    assert "Invited too: Nora Guest." in page(marta(), address)
    keeping.erase_what_is_over(now=days_after(NOW, settings.GUESTS_KEPT_DAYS, more=1))
    assert not NamedGuest.objects.exclude(name="", email="").exists()
    assert "Invited too: a guest. No longer invited: a guest." in page(marta(), address)


def test_guests_of_reviews_go_too(settings: Any) -> None:
    review = planned(with_reviews(), 1, "2026-03-11 10:00", attendees=[OTTO], now=NOW)
    assert review.ends_at is not None
    keeping.erase_what_is_over(now=days_after(review.ends_at, settings.GUESTS_KEPT_DAYS))
    assert ReviewAttendee.objects.get(review=review).name == OTTO.name
    keeping.erase_what_is_over(now=days_after(review.ends_at, settings.GUESTS_KEPT_DAYS, more=1))
    assert ReviewAttendee.objects.get(review=review).name == "–"


def test_of_old_mail_stays_that_it_was_sent(session: ConsultingSession, settings: Any) -> None:
    Message.objects.update(state=Message.State.SENT, state_since=NOW)
    waiting = Message.objects.latest("pk")
    Message.objects.filter(pk=waiting.pk).update(state=Message.State.PENDING)
    last = days_after(NOW, settings.MAIL_KEPT_DAYS)
    keeping.erase_what_is_over(now=last)
    assert Message.objects.filter(recipient_email=OTTO.email).exists()

    keeping.erase_what_is_over(now=last + timedelta(seconds=1))

    waiting.refresh_from_db()
    assert waiting.recipient_name != ""
    for mail in Message.objects.exclude(pk=waiting.pk):
        assert (mail.recipient, mail.recipient_name, mail.facts, mail.error) == (None, "", {}, "")
        assert mail.recipient_email.endswith("@removed.invalid")
        assert (mail.state, mail.state_since) == (Message.State.SENT, NOW)
    assert f"{Message.objects.count()} mails" in page(sofia(), "/operations/mail/")


def test_files_that_nobody_started_are_discarded(settings: Any) -> None:
    def brought(state: str) -> ImportRun:
        return ImportRun.objects.create(
            file_name="export.csv", sha256="", content=b"names", uploaded_by=sofia(), uploaded_at=NOW, state=state
        )

    ready, running = brought(ImportRun.State.READY), brought(ImportRun.State.RUNNING)
    keeping.erase_what_is_over(now=days_after(NOW, settings.IMPORT_FILES_KEPT_DAYS, more=1))
    for run in (ready, running):
        run.refresh_from_db()
    assert (ready.state, bytes(ready.content)) == (ImportRun.State.DISCARDED, b"")
    assert (running.state, bytes(running.content)) == (ImportRun.State.RUNNING, b"names")


def test_twice_is_once_however_many_batches_it_takes(
    session: ConsultingSession, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    Message.objects.update(state=Message.State.SENT, state_since=NOW)
    monkeypatch.setattr("notifications.domain.erasing.ROWS_AT_ONCE", 1)
    monkeypatch.setattr(keeping, "ROWS_AT_ONCE", 1)
    now = days_after(session.ends_at, settings.MAIL_KEPT_DAYS, more=1)
    erased = keeping.erase_what_is_over(now=now)
    rows = list(Message.objects.order_by("pk").values()), guests_of(session)
    assert erased == Message.objects.count() + 1 + NamedGuest.objects.count()
    assert keeping.erase_what_is_over(now=now) == 0
    assert (list(Message.objects.order_by("pk").values()), guests_of(session)) == rows
