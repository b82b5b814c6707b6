"""Whom delivery staff serve (DOMAIN.md §12)."""

import pytest

from customers.domain.queries import customers_visible_to
from tests.factories import NOW, acme, giulia, hanna, launch_kit, pro_lite, sofia, tomas

pytestmark = pytest.mark.django_db


def test_the_team_of_a_contract_sees_its_customer_until_the_contract_is_voided() -> None:
    contract = pro_lite(others=[tomas()], dedicated=giulia())
    assert list(customers_visible_to(tomas())) == [acme()]
    contract.voided_at, contract.voided_by = NOW, sofia()
    contract.save(update_fields=["voided_at", "voided_by"])
    assert list(customers_visible_to(tomas())) == []
    assert list(customers_visible_to(giulia())) == [acme()], "the lead stays"


def test_another_contract_of_the_customer_still_counts() -> None:
    hanna()
    voided = pro_lite(others=[tomas()])
    launch_kit(others=[tomas()])
    voided.voided_at, voided.voided_by = NOW, sofia()
    voided.save(update_fields=["voided_at", "voided_by"])
    assert list(customers_visible_to(tomas()).distinct()) == [acme()]
