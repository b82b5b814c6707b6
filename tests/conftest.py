"""Overrides of other plugins' fixtures, which only a conftest can do; our own stand in tests/plugin/."""

from collections.abc import Generator
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from playwright.sync_api import Playwright, sync_playwright

settings.register_profile(
    "portal",
    deadline=None,  # two cores, shared: time says nothing about an example
    derandomize=True,  # the same examples on every machine; `--hypothesis-profile=search` looks for new ones
    suppress_health_check=[HealthCheck.too_slow],
    print_blob=True,
)
settings.register_profile("search", settings.get_profile("portal"), derandomize=False, max_examples=2000)
settings.load_profile("portal")


@pytest.fixture(scope="session")
def django_db_setup(worker_database: None) -> None:
    """In place of Django's test database: a clone of the migrated template."""


@pytest.fixture(scope="session")
def playwright(allow_orm_beside_playwright: None) -> Generator[Playwright]:
    """Playwright, with Django's ORM allowed beside it."""
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="session")
def browser_type_launch_args(
    browser_type_launch_args: dict[str, Any], chromium_launch_arguments: dict[str, Any]
) -> dict[str, Any]:
    """Start the Chromium that was found, not the one that Playwright would download."""
    return {**browser_type_launch_args, **chromium_launch_arguments}
