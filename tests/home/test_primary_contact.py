"""Another person deals with the lead: both sides are told (DOMAIN.md §9)."""

from collections.abc import Iterator

import pytest
import time_machine
from django.utils import translation

from core.refusals import InvalidInput, NotAllowed
from customers.domain.queries import primary_contact_of
from customers.models import User
from home.domain.leaving import remove_member
from home.domain.primary_contact import designate_primary_contact
from notifications.domain.kinds import kind_called
from notifications.models import Message
from tests.factories import NOW, acme, giulia, hanna, luca, marta, member_of, sofia
from tests.home.pages import signed_in

pytestmark = pytest.mark.django_db
KIND = "primary_contact_changed"


@pytest.fixture(autouse=True)
def _on_2_march() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def carla() -> User:
    return member_of(acme(), "Carla Neri", kind="admin")


def told() -> set[str]:
    return set(Message.objects.filter(kind=KIND).values_list("recipient_email", flat=True))


def letter_to(person: User) -> str:
    """What the mail to `person` says now; empty where it is not written any more."""
    letter = kind_called(KIND).compose(Message.objects.filter(kind=KIND, recipient=person).earliest("pk"), NOW)
    return "" if letter is None else f"{letter.subject} {letter.context['paragraphs']} {letter.reply_to}"


def test_the_admins_the_lead_and_who_it_was_before_are_told_but_not_who_did_it() -> None:
    designate_primary_contact(customer=acme(), person=marta(), by=marta(), now=NOW)
    assert told() == {giulia().email}
    designate_primary_contact(customer=acme(), person=luca(), by=carla(), now=NOW)
    assert primary_contact_of(acme()) == luca()
    assert told() == {giulia().email, marta().email, luca().email}


def test_each_reads_what_it_is_to_them_and_whom_to_answer() -> None:
    designate_primary_contact(customer=acme(), person=marta(), by=marta(), now=NOW)
    Message.objects.all().delete()
    designate_primary_contact(customer=acme(), person=luca(), by=sofia(), now=NOW)
    assert "You are the primary contact of Acme Wellness now" in letter_to(luca())
    assert "Before you it was Marta Ferri." in letter_to(luca())
    assert giulia().email in letter_to(luca())
    assert "Luca Bruni is the primary contact of Acme Wellness now." in letter_to(giulia())
    assert luca().email in letter_to(giulia())
    with translation.override("it"):
        assert "Acme Wellness" in letter_to(marta())


def test_naming_the_same_person_again_tells_nobody() -> None:
    designate_primary_contact(customer=acme(), person=marta(), by=sofia(), now=NOW)
    known = Message.objects.count()
    designate_primary_contact(customer=acme(), person=marta(), by=sofia(), now=NOW)
    assert Message.objects.count() == known


def test_nothing_is_written_that_does_not_hold_any_more_or_to_who_left() -> None:
    former = marta()
    carla()
    designate_primary_contact(customer=acme(), person=luca(), by=sofia(), now=NOW)
    remove_member(membership=former.memberships.get(), by=sofia(), now=NOW)
    assert letter_to(User.objects.get(pk=former.pk)) == ""
    assert letter_to(giulia())
    designate_primary_contact(customer=acme(), person=carla(), by=sofia(), now=NOW)
    assert letter_to(luca()) == ""


def test_by_who_manages_the_people_and_of_the_customers_own() -> None:
    for person in (luca(), giulia(), hanna()):
        with pytest.raises(NotAllowed):
            designate_primary_contact(customer=acme(), person=luca(), by=person, now=NOW)
    with pytest.raises(InvalidInput):
        designate_primary_contact(customer=acme(), person=hanna(), by=marta(), now=NOW)
    assert not Message.objects.filter(kind=KIND).exists()


def test_the_page_tells_too() -> None:
    signed_in(marta()).post(f"/customers/{acme().pk}/people/{luca().pk}/primary-contact/")
    assert told() == {giulia().email, luca().email}
