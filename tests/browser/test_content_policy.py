"""The content policy in a real browser: every kind of page works under it, and complains of nothing."""

import time

import pyotp
import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Browser, expect
from pytest_django.live_server_helper import LiveServer

from accounts import password_links
from accounts.models import User
from tests.browser.windows import DESK, NEEDS_BROWSER, PHONE, Visit
from tests.factories.accounts import PASSWORD, AdminFactory
from tests.factories.catalog import published_question

pytestmark = NEEDS_BROWSER


@pytest.fixture
def admin(live_server: LiveServer) -> User:
    person: User = AdminFactory(name="Robin Lindqvist")
    return person


def test_the_description_of_the_api_is_drawn(browser: Browser, live_server: LiveServer) -> None:
    visit = Visit(browser, live_server.url, viewport=DESK, scheme="light")

    visit.page.goto(f"{live_server.url}/docs")

    expect(visit.page.get_by_role("heading", name="MicroCred API")).to_be_visible()
    visit.keep("policy-docs")
    assert visit.faults == []


def test_redoc_is_drawn_without_the_logo_of_its_makers(browser: Browser, live_server: LiveServer) -> None:
    visit = Visit(browser, live_server.url, viewport=DESK, scheme="light")

    visit.page.goto(f"{live_server.url}/redoc")

    expect(visit.page.get_by_role("heading", name="MicroCred API")).to_be_visible()
    visit.keep("policy-redoc")
    assert [fault for fault in visit.faults if "cdn.redoc.ly/redoc/logo-mini.svg" not in fault] == []


def test_the_admin_works(browser: Browser, live_server: LiveServer, admin: User) -> None:
    question = published_question("short_text", prompt="Which join keeps every row?")
    visit = Visit(browser, live_server.url, viewport=DESK, scheme="light")
    visit.log_in(admin.email)
    page = visit.page

    for name in ("admin:index", "admin:accounts_user_changelist", "admin:catalog_question_changelist"):
        page.goto(live_server.url + reverse(name))
        page.wait_for_load_state("networkidle")
    page.goto(live_server.url + reverse("admin:accounts_user_change", args=[admin.pk]))
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("was changed successfully")).to_be_visible()
    page.goto(live_server.url + reverse("admin:catalog_question_change", args=[question.pk]))
    page.wait_for_load_state("networkidle")
    visit.keep("policy-admin")

    assert visit.faults == []


def test_a_second_factor_is_set_up_and_asked_for_on_a_phone(
    browser: Browser, live_server: LiveServer, admin: User
) -> None:
    visit = Visit(browser, live_server.url, viewport=PHONE, scheme="light")
    visit.log_in(admin.email)
    page = visit.page
    page.goto(f"{live_server.url}/password")
    visit.follow(page.get_by_role("link", name="Second factor"))
    page.get_by_text("Type the key instead").click()
    key = page.locator("code.key").inner_text()
    visit.keep("second-factor-phone")
    assert visit.sideways() == 0
    page.get_by_label("Your password").fill(PASSWORD)
    left = 30 - time.time() % 30
    time.sleep(left if left < 10 else 0)  # or the code might be over before it arrives
    page.get_by_label("Code").fill(pyotp.TOTP(key).now())
    page.get_by_label("Code").press("Enter")
    expect(page.get_by_role("heading", name="Your recovery codes")).to_be_visible()
    first = page.locator(".codes code").first.inner_text()
    visit.keep("recovery-codes-phone")
    visit.follow(page.get_by_role("link", name="I have kept them"))
    visit.follow(page.get_by_role("button", name="Log out"))

    visit.log_in(admin.email)
    expect(page.get_by_role("heading", name="Your code")).to_be_visible()
    page.get_by_label("Code").fill(first)
    page.get_by_label("Code").press("Enter")

    expect(page).to_have_url(f"{live_server.url}/advisor/")
    assert visit.faults == []


def test_a_link_sets_a_password_on_a_phone(browser: Browser, live_server: LiveServer, admin: User) -> None:
    code = password_links.make(by=None, person=admin, now=timezone.now())
    visit = Visit(browser, live_server.url, viewport=PHONE, scheme="light")
    page = visit.page
    page.goto(password_links.address(code, site=live_server.url))
    expect(page.get_by_label("Code of the link")).to_have_value(code)
    expect(page).to_have_url(f"{live_server.url}/password/new")
    visit.keep("new-password-phone")
    assert visit.sideways() == 0
    page.get_by_label("New password").fill("another horse battery")
    page.get_by_label("The same again").fill("another horse battery")
    page.get_by_role("button", name="Set the password").click()

    expect(page.get_by_text("Your password is set. Log in with it.")).to_be_visible()
    admin.refresh_from_db()
    assert admin.check_password("another horse battery")
    assert visit.faults == []


def test_a_log_in_is_ended_on_a_phone(browser: Browser, live_server: LiveServer, admin: User) -> None:
    elsewhere = Client(headers={"User-Agent": "Elsewhere " + "x" * 180})
    elsewhere.force_login(admin)
    elsewhere.get("/start")
    visit = Visit(browser, live_server.url, viewport=PHONE, scheme="light")
    visit.log_in(admin.email)
    page = visit.page
    page.goto(f"{live_server.url}/log-ins")
    visit.keep("log-ins-phone")
    assert visit.sideways() == 0
    page.get_by_label("All but this one").check()
    page.get_by_label("Your password").fill(PASSWORD)
    page.get_by_role("button", name="End it").click()

    expect(page.get_by_text("You are logged out everywhere else.")).to_be_visible()
    assert elsewhere.get("/start").status_code == 302
    assert visit.faults == []
