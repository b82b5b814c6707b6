"""Zenobia was Acme's second admin, did a bit of everything, and left."""

from datetime import date, datetime, timedelta
from decimal import Decimal

from django.test import Client

from billing.domain.closing import close_month
from billing.domain.files.rendering import render_next
from customers.domain.customers import add_member
from customers.domain.tokens import issue_token
from customers.models import Membership, User
from packages.models import Contract
from reviews.domain.records import Promise, add_action_item, add_point
from sessions.domain.attendee_changes import change_attendees
from sessions.domain.attendees import Guest
from sessions.domain.cancelling import cancel_session
from sessions.domain.feeds import make_feed
from sessions.domain.overage_cap_changes import CapWanted, change_cap
from sessions.domain.overage_requests import ask_approver
from sessions.models import ConsultingSession
from support.domain.requests import open_request
from tests.factories import (
    NOW,
    PASSWORD,
    acme,
    at,
    booked,
    giulia,
    launch_kit,
    logged,
    marta,
    member_of,
    pekka,
    rate,
    with_terms_accepted,
)
from tests.reviews.reviews import planned, with_reviews

NAME, ADDRESS = "Zenobia Quattrocchi", "zenobia@acme.example"
GUEST_NAME, GUEST_ADDRESS = "Ottavio Belmondo", "ottavio@visitors.example"


def zenobia() -> User:
    """An admin of Acme beside Marta."""
    marta()
    return member_of(acme(), NAME, kind="admin")


def what_she_did() -> Contract:
    """Everything that names her; nothing of it hangs on her at the end, but her membership."""
    rate("EUR", "120.00")
    her = zenobia()
    contract = with_terms_accepted(launch_kit())
    guest = Guest(GUEST_NAME, GUEST_ADDRESS)
    session = booked(contract, "kickoff", 60, "2026-03-12 10:00", by=her, attendees=[Guest(her.name, her.email)])
    change_attendees(session=session, attendees=[Guest(marta().name, marta().email), guest], by=marta(), now=NOW)
    everybody = [Guest(her.name, her.email), guest]
    over = booked(contract, "operations", 60, "2026-03-13 10:00", by=her, attendees=everybody)
    cancel_session(session=over, by=her, reason="Not needed any more", now=NOW)
    add_member(customer=acme(), person=her, kind=Membership.Kind.MEMBER, now=NOW, by=marta())
    add_member(customer=acme(), person=her, kind=Membership.Kind.ADMIN, now=NOW, by=marta())
    change_cap(customer=acme(), wanted=CapWanted(approver=her, amount=Decimal(50)), by=her, now=NOW)
    change_cap(customer=acme(), wanted=None, by=her, now=NOW)
    _her_reviews(her)
    open_request(
        customer=acme(),
        kind="technical_issue",
        subject=f"{NAME} needs help",
        body=f"Please call me. Kind regards, {NAME} ({ADDRESS})",
        by=her,
        now=NOW,
    )
    change_cap(customer=acme(), wanted=CapWanted(approver=marta(), minutes=0), by=marta(), now=NOW)
    ask_approver(
        contract=contract,
        session_type="supplementary-training",
        starts_at=at("2026-03-16 10:00"),
        duration_minutes=60,
        staff=giulia(),
        by=her,
        now=NOW,
        attendees=everybody,
    )
    issue_token(person=her, name="Payroll of Quattrocchi", now=NOW)
    make_feed(person=her, now=NOW)
    logged(contract, "supplementary-training", 30, "2026-02-10 10:00")
    close_month(month=date(2026, 2, 1), by=pekka(), now=NOW)
    while render_next(clock=lambda: NOW):
        pass
    ConsultingSession.objects.filter(pk=session.pk).update(message=f"ask {NAME.upper()}, {ADDRESS.upper()}.")
    return contract


def _her_reviews(her: User) -> None:
    review = planned(with_reviews(), 1, "2026-03-11 10:00", attendees=[Guest(marta().name, marta().email)], now=NOW)
    add_point(review=review, text=f"What {NAME} asked for", by=her, now=NOW)
    promise = Promise(f"Call {NAME}'s successor", giulia(), date(2026, 3, 20))
    add_action_item(review=review, promise=promise, by=giulia(), now=NOW)


def leaves(person: User, *, when: datetime = NOW + timedelta(hours=1)) -> User:
    """The last membership ends."""
    person.memberships.filter(until__isnull=True).update(until=when)
    return User.objects.get(pk=person.pk)


def her_browser() -> Client:
    client = Client()
    assert client.login(email=ADDRESS, password=PASSWORD)
    return client
