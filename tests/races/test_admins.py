"""Two admins who remove each other at once: the customer keeps one (DOMAIN.md §12)."""

from collections.abc import Callable
from contextlib import suppress

import pytest
from django.db import IntegrityError
from psycopg2.extensions import connection as Connection  # noqa: N812 - the driver spells its class in lower case
from pytest_django import Settings

from core.refusals import InvalidInput, NotAllowed
from customers.domain.people import change_rights
from customers.domain.queries import admins_of
from customers.models import Customer, Membership
from home.domain.leaving import remove_member
from tests.factories import NOW, customer, member_of
from tests.races.rush import at_once, goes_wrong

pytestmark = pytest.mark.django_db(transaction=True)
GUARD = "memberships_keep_an_admin"
ROUNDS = 3


def two_admins(number: int) -> list[Membership]:
    """The memberships of the two admins of a customer of its own."""
    organisation = customer(f"Customer{number} of two")
    for name in ("Ada", "Bea"):
        member_of(organisation, name, kind="admin")
    admins = organisation.memberships.select_related("customer", "user").order_by("user__name")
    return list(admins)


def each_removes_the_other(ada: Membership, bea: Membership) -> list[Callable[[], object]]:
    return [
        lambda: remove_member(membership=bea, by=ada.user, now=NOW),
        lambda: remove_member(membership=ada, by=bea.user, now=NOW),
    ]


def each_makes_the_other_a_member(ada: Membership, bea: Membership) -> list[Callable[[], object]]:
    return [
        lambda: change_rights(membership=bea, kind="member", by=ada.user, now=NOW),
        lambda: change_rights(membership=ada, kind="member", by=bea.user, now=NOW),
    ]


def admins_left(organisation: Customer) -> int:
    return admins_of(organisation).count()


@pytest.mark.parametrize("act", [each_removes_the_other, each_makes_the_other_a_member])
def test_one_of_them_stays(settings: Settings, act: Callable[..., list[Callable[[], object]]]) -> None:
    settings.FAULT_POINTS = frozenset({"after_check=pause:0.05"})
    for number in range(ROUNDS):
        ada, bea = two_admins(number)
        answers = at_once(*act(ada, bea))
        assert answers.count(None) == 1
        # Who comes a moment later is no admin any more by then.
        assert all(isinstance(answer, InvalidInput | NotAllowed) for answer in answers if answer is not None)
        assert admins_left(ada.customer) == 1


def test_without_the_lock_the_database_refuses_the_second(settings: Settings) -> None:
    """Past every rule of the code: at the commit the guard sees what the other one did."""
    settings.FAULT_POINTS = frozenset({"skip_lock", "after_check=pause:0.2"})
    for number in range(ROUNDS):
        ada, bea = two_admins(number)
        with suppress(IntegrityError):
            at_once(*each_removes_the_other(ada, bea))
        assert admins_left(ada.customer) == 1


def test_the_control_without_lock_and_guard_leaves_nobody(settings: Settings, owner_connection: Connection) -> None:
    with owner_connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE memberships DISABLE TRIGGER {GUARD}")
    settings.FAULT_POINTS = frozenset({"skip_lock", "after_check=pause:0.2"})
    numbers = iter(range(100))

    def leaves_nobody() -> bool:
        ada, bea = two_admins(next(numbers))
        at_once(*each_removes_the_other(ada, bea))
        return admins_left(ada.customer) == 0

    assert goes_wrong(leaves_nobody)
