"""The walks' own control: what goes wrong behind a page is noticed."""

import pytest
from playwright.sync_api import Browser

from tests import factories
from tests.e2e.stage import walk

pytestmark = pytest.mark.django_db(transaction=True)


def test_an_answer_that_is_an_error_ends_the_walk(browser: Browser, portal_server: str) -> None:
    with pytest.raises(AssertionError, match="404: GET"), walk(browser, portal_server, factories.marta()) as page:
        page.goto("/nothing-is-here/")
