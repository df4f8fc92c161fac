"""A browser window for tests, and what is asked of every page that it opens."""

import shutil
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from playwright.sync_api import Browser, BrowserContext, Locator, Page

from tests.factories.accounts import PASSWORD

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
PHONE, DESK = {"width": 360, "height": 740}, {"width": 1280, "height": 900}
PATIENCE_MS = 120_000
SCREENSHOTS = Path(settings.STATE_DIR) / "screenshots"
# Of every module whose tests open pages.
NEEDS_BROWSER = [
    pytest.mark.browser,
    pytest.mark.skipif(
        CHROMIUM is None, reason="no Chromium is installed, so no page was opened in a browser"
    ),
]


class Visit:
    """A browser window that notes what should not happen: other hosts, failed requests, complaints."""

    def __init__(self, browser: Browser, base: str, *, viewport: dict[str, int], scheme: str) -> None:
        self.base = base
        self.faults: list[str] = []
        options = {"viewport": viewport, "color_scheme": scheme, "java_script_enabled": True}
        self.context: BrowserContext = browser.new_context(**options)  # type: ignore[arg-type]
        self.context.set_default_timeout(PATIENCE_MS)
        self.page: Page = self.context.new_page()
        self.watch(self.page)

    def watch(self, page: Page) -> None:
        """Note what should not happen in a page."""
        page.on("request", lambda request: self._note_host(request.url))
        page.on("requestfailed", lambda request: self._note_failure(request.url, request.failure or ""))
        page.on("response", lambda answer: self._note_status(answer.status, answer.url))
        page.on("console", lambda line: self._note_console(line.type, line.text))
        page.on("pageerror", lambda error: self.faults.append(f"error: {error}"))

    def log_in(self, email: str) -> None:
        """Log in as a person would, and wait for the page behind it: keys pressed earlier reach the form."""
        self.page.goto(f"{self.base}/login")
        self.page.get_by_label("E-mail address").fill(email)
        self.page.get_by_label("Password").fill(PASSWORD)
        self.page.get_by_role("button", name="Log in").click()
        self.page.wait_for_url(lambda url: urlsplit(url).path != "/login")

    def follow(self, place: Locator) -> None:
        """Click on what leads to another page, and wait for that: a request that is on its way may still be lost."""
        with self.page.expect_navigation():
            place.click()

    def sideways(self) -> int:
        """Return by how many pixels the page is wider than the window."""
        return int(self.page.evaluate("document.documentElement.scrollWidth - window.innerWidth"))

    def keep(self, name: str) -> None:
        """Store a picture of the whole page."""
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=True)

    def _note_failure(self, url: str, reason: str) -> None:
        """Keep what failed; that a page was left before its icon came is no failure."""
        if "ERR_ABORTED" not in reason:
            self.faults.append(f"failed: {url}: {reason}")

    def _note_host(self, url: str) -> None:
        if urlsplit(url.removeprefix("blob:")).netloc != urlsplit(self.base).netloc:
            self.faults.append(f"other host: {url}")

    def _note_status(self, status: int, url: str) -> None:
        if status >= 400:
            self.faults.append(f"{status}: {url}")

    def _note_console(self, kind: str, text: str) -> None:
        if kind in ("error", "warning"):
            self.faults.append(f"console: {text}")
