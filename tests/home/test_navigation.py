"""The navigation as the real addresses fill it."""

from customers.domain.roles import Right
from home.navigation import navigation_for

EVERYTHING = frozenset(Right)


def addresses(customer_id: int | None) -> set[str]:
    groups = navigation_for(rights=EVERYTHING, path="/", customer_id=customer_id)
    return {link.url for group in groups for link in group.entries}


def test_the_admin_of_one_customer_is_led_to_its_people() -> None:
    assert "/customers/7/people/" in addresses(customer_id=7)


def test_nobody_else_has_people_of_one_customer() -> None:
    assert not any("people" in address for address in addresses(customer_id=None))
