"""A page that is left open: it warns before the session ends, and goes with it."""

import datetime as dt
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from playwright.sync_api import Browser, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import User
from accounts.sessions import SEEN, STARTED
from tests.browser.windows import DESK, NEEDS_BROWSER, PHONE, Visit
from tests.factories.accounts import AdminFactory

pytestmark = [pytest.mark.django_db(transaction=True), *NEEDS_BROWSER]
HEADING = "Your log-in is about to end"


@pytest.fixture
def admin() -> User:
    made: User = AdminFactory()
    return made


@pytest.fixture
def visit(browser: Browser, live_server: LiveServer, admin: User) -> Iterator[Visit]:
    opened = Visit(browser, live_server.url, viewport=PHONE, scheme="light")
    opened.page.clock.install()
    opened.log_in(admin.email)
    yield opened
    opened.context.close()


def pass_by(visit: Visit, **times: float) -> None:
    """Let time go by for the session, and for the page in the browser."""
    gone = dt.timedelta(**times).total_seconds()
    cookies = visit.page.context.cookies()
    key = next(one["value"] for one in cookies if one["name"] == settings.SESSION_COOKIE_NAME)
    session = Session.objects.get(pk=key)
    data = session.get_decoded()
    data |= {SEEN: data[SEEN] - gone, STARTED: data[STARTED] - gone}
    session.session_data = Session.objects.encode(data)
    session.save()
    visit.page.clock.fast_forward(round(gone * 1000))


def test_whoever_is_there_stays_and_whoever_has_gone_leaves_nothing_on_the_screen(visit: Visit) -> None:
    page = visit.page
    warning = page.get_by_role("dialog", name=HEADING)
    pass_by(visit, minutes=58, seconds=1)
    expect(warning).to_be_visible()
    expect(warning.get_by_text("what you have typed and not sent is lost")).to_be_visible()
    visit.keep("session-end-phone")
    assert visit.sideways() == 0
    with page.expect_response(lambda answer: urlsplit(answer.url).path == "/session"):
        page.keyboard.press("Enter")
    expect(warning).to_be_hidden()
    expect(page.get_by_role("heading", name="Assessments", exact=True)).to_be_visible()

    pass_by(visit, minutes=58, seconds=1)
    expect(warning).to_be_visible()
    pass_by(visit, minutes=2, seconds=2)

    page.wait_for_url(lambda url: urlsplit(url).path == "/login")
    expect(page.get_by_text("You were logged out after 60 minutes without a request.")).to_be_visible()
    assert visit.faults == []


def test_whoever_writes_is_not_logged_out(visit: Visit) -> None:
    page = visit.page
    for _ in range(3):
        page.get_by_label("Student").press("x")
        with page.expect_response(lambda answer: answer.url.endswith("/session")):
            pass_by(visit, minutes=5, seconds=1)
        pass_by(visit, minutes=50)

    expect(page.get_by_label("Student")).to_have_value("xxx")
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert visit.faults == []


def test_use_in_another_window_counts_and_eight_hours_are_the_end(
    visit: Visit, live_server: LiveServer
) -> None:
    page, warning = visit.page, visit.page.get_by_role("dialog", name=HEADING)
    for _ in range(8):
        with page.expect_response(lambda answer: answer.url.endswith("/session?look")):
            pass_by(visit, minutes=50)
            visit.context.request.get(f"{live_server.url}/advisor/")
            pass_by(visit, minutes=8, seconds=1)
        visit.context.request.get(f"{live_server.url}/advisor/")
    pass_by(visit, minutes=14)

    expect(warning).to_be_visible()
    expect(warning.get_by_text("No log-in lasts longer than this one.")).to_be_visible()
    page.keyboard.press("Escape")
    expect(warning).to_be_hidden()


def test_the_administration_ends_too(browser: Browser, live_server: LiveServer, admin: User) -> None:
    visit = Visit(browser, live_server.url, viewport=DESK, scheme="light")
    visit.page.clock.install()
    visit.log_in(admin.email)
    visit.page.goto(f"{live_server.url}/admin/catalog/skill/")
    pass_by(visit, minutes=58, seconds=1)
    expect(visit.page.get_by_role("dialog", name=HEADING)).to_be_visible()
    visit.keep("session-end-admin")
    pass_by(visit, minutes=2, seconds=2)

    visit.page.wait_for_url(lambda url: urlsplit(url).path == "/login")
    assert visit.faults == []
