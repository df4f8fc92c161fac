"""The advisor's pages in a real browser: they work without a script, without another host, and on a phone."""

import os
import re
import shutil
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from pytest_django.live_server_helper import LiveServer

from assessments.models import Assessment
from tests.companion.scenes import advised_student, finished_assessment
from tests.factories.accounts import PASSWORD

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
PHONE, DESK = {"width": 360, "height": 740}, {"width": 1280, "height": 900}
SCREENSHOTS = Path(settings.STATE_DIR) / "screenshots"

pytestmark = [
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
        self.page: Page = self.context.new_page()
        self.page.on("request", lambda request: self._note_host(request.url))
        self.page.on("requestfailed", lambda request: self._note_failure(request.url, request.failure or ""))
        self.page.on("response", lambda answer: self._note_status(answer.status, answer.url))
        self.page.on("console", lambda line: self._note_console(line.type, line.text))
        self.page.on("pageerror", lambda error: self.faults.append(f"error: {error}"))

    def log_in(self, email: str) -> None:
        """Log in as a person would, and wait for the page behind it: keys pressed earlier reach the form."""
        self.page.goto(f"{self.base}/login")
        self.page.get_by_label("E-mail address").fill(email)
        self.page.get_by_label("Password").fill(PASSWORD)
        self.page.get_by_role("button", name="Log in").click()
        self.page.wait_for_url(lambda url: urlsplit(url).path != "/login")

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


@pytest.fixture
def assessment(live_server: LiveServer) -> Assessment:
    advisor, student = advised_student()
    student.name, advisor.name = "Sam Okafor", "Robin Lindqvist"
    student.save()
    advisor.save()
    return finished_assessment(student)


def advisor_of(assessment: Assessment) -> str:
    return str(assessment.user.advisor_links.get().advisor.email)


@pytest.fixture
def desk(browser: Browser, live_server: LiveServer) -> Iterator[Visit]:
    visit = Visit(browser, live_server.url, viewport=DESK, scheme="light")
    yield visit
    visit.context.close()


def test_an_advisor_reads_a_recommendation_with_its_traces(desk: Visit, assessment: Assessment) -> None:
    desk.log_in(advisor_of(assessment))
    desk.keep("list")
    page = desk.page

    page.get_by_role("link", name="Sam Okafor").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Sam Okafor")
    first = page.get_by_role("article").first
    expect(first.get_by_role("heading", name="Sql joins")).to_be_visible()
    expect(first.locator("blockquote").first).to_contain_text("Learn SQL joins.")
    desk.keep("assessment")

    parts = first.get_by_role("table").locator("tbody td").all_inner_texts()
    total = first.get_by_role("table").locator("tfoot td").inner_text()
    assert sum(Decimal(part) for part in parts) == Decimal(total)
    assert first.locator(".confidence strong").inner_text() == total

    first.get_by_role("link", name="Read it in its document").first.click()
    expect(page.locator("#passage")).to_be_in_viewport()
    desk.keep("document")
    assert desk.faults == []


def test_a_hostile_essay_does_nothing_but_be_read(desk: Visit, assessment: Assessment) -> None:
    desk.page.on("dialog", lambda dialog: desk.faults.append(f"dialog: {dialog.message}"))
    desk.log_in(advisor_of(assessment))

    desk.page.get_by_role("link", name="Sam Okafor").click()

    expect(desk.page.locator(".essay mark")).to_contain_text('<script>alert("pwned")</script>')
    assert desk.page.locator("script").count() == 0
    assert desk.faults == []


def test_feedback_is_given_with_the_keyboard_alone(desk: Visit, assessment: Assessment) -> None:
    desk.log_in(advisor_of(assessment))
    page = desk.page
    page.goto(f"{desk.base}/advisor/assessments/{assessment.pk}")

    page.get_by_label("About").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Tab")
    page.keyboard.type("A good next step.")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    expect(page.get_by_role("status")).to_have_text(re.compile("Your feedback is recorded"))
    given = page.locator(".feedback-list li")
    expect(given).to_contain_text("relevance 4 of 5")
    expect(given).to_contain_text("About Sql joins")
    expect(given).to_contain_text("A good next step.")
    assert desk.faults == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_needs_no_scrolling_sideways(
    browser: Browser, live_server: LiveServer, assessment: Assessment, scheme: str
) -> None:
    visit = Visit(browser, live_server.url, viewport=PHONE, scheme=scheme)
    try:
        widths = {}
        visit.page.goto(f"{live_server.url}/login")
        widths["login"] = visit.sideways()
        visit.log_in(advisor_of(assessment))
        widths["list"] = visit.sideways()
        visit.page.goto(f"{live_server.url}/advisor/assessments/{assessment.pk}")
        visit.page.evaluate("document.querySelectorAll('details').forEach(part => { part.open = true })")
        widths["assessment"] = visit.sideways()
        visit.keep(f"phone-{scheme}")
        visit.page.get_by_role("link", name="Read it in its document").first.click()
        widths["document"] = visit.sideways()
    finally:
        visit.context.close()

    assert widths == {"login": 0, "list": 0, "assessment": 0, "document": 0}
    assert visit.faults == []


def test_the_skip_link_is_the_first_thing_the_keyboard_reaches(desk: Visit, assessment: Assessment) -> None:
    desk.log_in(advisor_of(assessment))

    desk.page.keyboard.press("Tab")
    focused = desk.page.locator(":focus")

    expect(focused).to_have_text("Skip to the content")
    expect(focused).to_be_in_viewport()
