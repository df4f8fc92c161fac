"""One browser for the tests of a module."""

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.browser.windows import CHROMIUM, PATIENCE_MS

# What a page shows in the end, not how soon a busy machine does.
expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture(autouse=True, scope="module")
def database_beside_the_browser() -> Iterator[None]:
    """Let Django use the database although Playwright runs an event loop in this thread."""
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    yield
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield opened
        opened.close()
