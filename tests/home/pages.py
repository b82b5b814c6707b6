"""Signing in and counting, for the tests of pages."""

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from customers.models import User


def signed_in(person: User) -> Client:
    """A browser in which `person` is signed in."""
    client = Client()
    client.force_login(person, backend="customers.authentication.PortalBackend")
    return client


def page(person: User, address: str) -> str:
    """The page that `person` gets at `address`."""
    response = signed_in(person).get(address)
    assert response.status_code == 200, response.status_code
    return response.content.decode()


def queries(person: User, address: str) -> int:
    """How many queries the page takes, the session and the person included; templates are loaded before."""
    client = signed_in(person)
    client.get(address)
    with CaptureQueriesContext(connection) as captured:
        answer = client.get(address)
        assert answer.status_code == 200
        answer.getvalue()  # what is streamed asks while it is read
    return len(captured)
