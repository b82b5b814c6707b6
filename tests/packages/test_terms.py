"""Terms and their acceptance (DOMAIN.md §10)."""

from typing import Any

import pytest

from core.refusals import InvalidInput, NotAllowed
from packages.domain.terms import accept_terms, hash_of, terms_accepted, text_in
from packages.models import TermsAcceptance
from tests.factories import NOW, giulia, hanna, launch_kit, luca, marta, sofia

pytestmark = pytest.mark.django_db


def test_who_accepted_what_they_read_and_from_where_is_kept() -> None:
    contract = launch_kit()
    assert not terms_accepted(contract)
    accepted = accept_terms(contract=contract, by=marta(), language="it", from_address="192.0.2.7", now=NOW)
    assert terms_accepted(contract)
    assert (accepted.accepted_by, accepted.accepted_at, accepted.from_address) == (marta(), NOW, "192.0.2.7")
    assert accepted.text.language == "it"
    assert accepted.sha256 == hash_of(accepted.text.body)


def test_accepting_again_keeps_the_first_acceptance() -> None:
    contract = launch_kit()
    first = accept_terms(contract=contract, by=marta(), language="it", from_address=None, now=NOW)
    assert accept_terms(contract=contract, by=marta(), language="en", from_address=None, now=NOW) == first
    assert TermsAcceptance.objects.get().text.language == "it"


@pytest.mark.parametrize("stranger", [luca, hanna, giulia, sofia])
def test_only_an_admin_of_the_customer_accepts(stranger: Any) -> None:
    contract = launch_kit()
    with pytest.raises(NotAllowed):
        accept_terms(contract=contract, by=stranger(), language="en", from_address=None, now=NOW)
    assert not terms_accepted(contract)


def test_a_language_without_a_text_is_not_accepted_and_reads_in_english() -> None:
    contract = launch_kit()
    with pytest.raises(InvalidInput):
        accept_terms(contract=contract, by=marta(), language="fi", from_address=None, now=NOW)
    assert text_in(contract.terms, "fi").language == "en"
    assert text_in(contract.terms, "it").language == "it"
