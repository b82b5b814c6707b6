"""The Chromium that browser tests drive."""

from collections.abc import Generator
from typing import Any

import pytest

from dev.browser import find_chromium


@pytest.fixture(scope="session")
def chromium_launch_arguments() -> dict[str, Any]:
    """Arguments with which Playwright starts the browser that was found."""
    return {"executable_path": str(find_chromium())}


@pytest.fixture(scope="session")
def allow_orm_beside_playwright() -> Generator[None]:
    """Playwright keeps an event loop in this thread, where Django's ORM otherwise refuses to work."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        yield
