"""The language that somebody chooses before signing in is the one they read afterwards (DOMAIN.md §13)."""

import pytest
from django.test import Client

from tests.factories import PASSWORD, marta

pytestmark = pytest.mark.django_db


def sign_in(client: Client) -> str:
    """Marta's first page."""
    answer = client.post("/accounts/login/", {"login": marta().email, "password": PASSWORD}, follow=True)
    return str(answer.content.decode())


def test_who_chose_a_language_on_the_way_in_goes_on_in_it() -> None:
    assert marta().language == "en"
    client = Client()
    client.post("/preferences/language/", {"language": "it", "next": "/accounts/login/"})
    assert '<html lang="it"' in sign_in(client)
    assert marta().language == "it"


def test_what_somebody_else_chose_while_signed_in_stays_theirs() -> None:
    client = Client()
    client.cookies["portal_language"] = "it"
    assert '<html lang="en"' in sign_in(client)
    assert marta().language == "en"
