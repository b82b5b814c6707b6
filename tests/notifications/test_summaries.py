"""After a session: who came, and the summary that they get (DOMAIN.md §3)."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.urls import reverse

import tests.factories as f
from core.refusals import InvalidInput, NotAllowed
from notifications.domain.delivery import send_batch
from sessions.domain.attendees import Guest
from sessions.domain.summaries import Material, Written, keep_who_came, write_summary
from sessions.models import ConsultingSession, SessionSummary
from tests.plugin.mail import MailServer, ReceivedMail
from tests.sessions.booking_pages import html_of, signed_in, text_of

pytestmark = pytest.mark.django_db

MARTA, LUCA, NORA = "marta@acme.example", "luca@acme.example", "nora@guest.example"
GUIDE = Material("Sizing guide", "https://guides.example/sizing")
FIRST = Written("Ring sizes and the first order.", "Marta orders by Friday.", [GUIDE])
AFTER = f.at("2026-03-09 11:30")


@pytest.fixture
def session(mail_server: MailServer) -> ConsultingSession:
    """Marta, Luca and a guest were there; it is over."""
    people = [Guest(person.name, person.email) for person in (f.marta(), f.luca())]
    people.append(Guest("Nora Guest", NORA))
    return f.booked(f.launch_kit(), "kickoff", 60, "2026-03-09 10:00", attendees=people, now=f.NOW)


def sent(mail_server: MailServer) -> dict[str, ReceivedMail]:
    mail_server.received.clear()
    while send_batch(now=AFTER).go_on:
        pass
    return {mail.recipients[0]: mail for mail in mail_server.received}


def written(session: ConsultingSession, what: Written = FIRST, **different: Any) -> SessionSummary:
    asked = {"session": session, "written": what, "send": True, "by": f.giulia(), "now": AFTER, **different}
    return write_summary(**asked)


def test_those_who_came_get_it_in_one_mail(session: ConsultingSession, mail_server: MailServer) -> None:
    came = session.attendees.filter(email__in=[MARTA, NORA]).values_list("pk", flat=True)
    keep_who_came(session, came=list(came))
    written(session)
    written(session)
    mails = sent(mail_server)
    assert sorted(mails) == [MARTA, NORA]
    assert len(mail_server.received) == 2
    assert mails[MARTA].subject == "Summary: Kick-off meeting"
    for words in ("Ring sizes and the first order.", "Marta orders by Friday.", f"{GUIDE.name}: {GUIDE.url}"):
        assert words in mails[NORA].text
    book = reverse("sessions:book", args=[session.contract_id])
    assert book in mails[MARTA].text
    assert book not in mails[NORA].text
    assert session.summaries.count() == 1


def test_all_get_it_where_nobody_was_ticked(session: ConsultingSession, mail_server: MailServer) -> None:
    written(session)
    assert sorted(sent(mail_server)) == [LUCA, MARTA, NORA]


def test_a_draft_is_for_staff_and_bothers_nobody(session: ConsultingSession, mail_server: MailServer) -> None:
    written(session, send=False)
    written(session, Written("Ring sizes.", "", []), send=False)
    page = reverse("sessions:detail", args=[session.pk])
    with time_machine.travel(AFTER, tick=False):
        assert "There is a draft." in text_of(signed_in(f.giulia()).get(page))
        assert "Ring sizes" not in text_of(signed_in(f.marta()).get(page))
    assert sent(mail_server) == {}
    assert session.summaries.get().covered == "Ring sizes."


def test_a_correction_is_a_version_of_its_own(session: ConsultingSession, mail_server: MailServer) -> None:
    written(session)
    sent(mail_server)
    written(session, Written("Ring sizes and the second order.", "", []))
    mails = sent(mail_server)
    assert mails[MARTA].subject == "Corrected summary: Kick-off meeting"
    assert "It replaces what was sent before." in mails[MARTA].text
    with time_machine.travel(AFTER, tick=False):
        words = text_of(signed_in(f.luca()).get(reverse("sessions:detail", args=[session.pk])))
    assert words.index("the second order") < words.index("the first order")
    assert "corrected, version 2" in words
    assert "A corrected summary was sent, version 2." in words


@pytest.mark.parametrize(
    "what",
    [Written("  ", "", []), Written("x", "", [Material("x", "javascript:alert(1)")]), Written("x" * 8001, "", [])],
)
def test_what_cannot_be_read_is_refused(session: ConsultingSession, what: Written) -> None:
    with pytest.raises(InvalidInput):
        written(session, what)


def test_it_is_written_by_the_team_after_the_session(session: ConsultingSession) -> None:
    with pytest.raises(NotAllowed):
        written(session, by=f.marta())
    with pytest.raises(InvalidInput):
        written(session, now=session.ends_at - timedelta(minutes=1))


def test_the_page_keeps_who_came_and_sends_what_was_typed(session: ConsultingSession) -> None:
    luca = session.attendees.get(email=LUCA)
    address = reverse("sessions:summary", args=[session.pk])
    with time_machine.travel(AFTER, tick=False):
        giulia = signed_in(f.giulia())
        typed = {"covered": "Sizes.", "materials": f"Sizing guide {GUIDE.url}", "came": [luca.pk], "act": "send"}
        strange = giulia.post(address, {**typed, "materials": "Sizing guide http://x.example"})
        assert strange.status_code == 422
        assert "Sizing guide http://x.example" in html_of(strange)
        words = text_of(giulia.post(address, typed, follow=True))
    assert "Came" in words
    assert "Did not come" in words
    kept = session.summaries.get()
    assert (kept.materials, kept.sent_at) == ([{"name": "Sizing guide", "url": GUIDE.url}], AFTER)


def test_staff_tick_who_came_when_they_log(session: ConsultingSession) -> None:
    marta = session.attendees.get(email=MARTA)
    address = reverse("sessions:log", args=[session.pk])
    typed = {"session_type": "kickoff", "day": "2026-03-09", "clock": "10:00", "zone": "Europe/Rome", "minutes": "60"}
    with time_machine.travel(AFTER, tick=False):
        giulia = signed_in(f.giulia())
        assert html_of(giulia.get(address)).count('name="came"') == 3
        assert giulia.post(address, {**typed, "came": [marta.pk]}).status_code == 302
    assert dict(session.attendees.values_list("email", "came")) == {MARTA: True, LUCA: False, NORA: False}
