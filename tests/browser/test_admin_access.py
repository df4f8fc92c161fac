"""What the administration's theme leaves to the mouse, by keyboard and by what a screen reader is told."""

from django.urls import reverse
from playwright.sync_api import Browser, expect
from pytest_django.live_server_helper import LiveServer

from tests.browser.windows import DESK, NEEDS_BROWSER, PHONE, Visit
from tests.factories.accounts import AdminFactory
from tests.factories.catalog import RoleSkillFactory, published_question

pytestmark = NEEDS_BROWSER


def test_the_ways_out_of_the_administration_open_by_keyboard(
    browser: Browser, live_server: LiveServer
) -> None:
    admin = AdminFactory(name="Robin Lindqvist")
    visit = Visit(browser, live_server.url, viewport=DESK, scheme="light")
    visit.log_in(admin.email)
    page = visit.page
    page.goto(live_server.url + reverse("admin:index"))

    page.get_by_role("button", name="MicroCred").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Your password and log-ins")).to_be_visible()

    page.get_by_role("button", name="Robin Lindqvist").focus()
    page.keyboard.press("Space")
    expect(page.get_by_role("button", name="Dark")).to_be_visible()
    visit.follow(page.get_by_role("button", name="Log out"))

    assert visit.faults == []
    visit.context.close()


def test_what_is_shown_and_not_changed_is_no_wider_than_a_phone(
    browser: Browser, live_server: LiveServer
) -> None:
    version = published_question("essay").versions.get()
    visit = Visit(browser, live_server.url, viewport=PHONE, scheme="light")
    visit.log_in(AdminFactory().email)

    visit.page.goto(live_server.url + reverse("admin:catalog_questionversion_change", args=[version.pk]))

    expect(visit.page.get_by_text(version.content_hash)).to_be_visible()
    assert visit.sideways() <= 0
    assert visit.faults == []
    visit.context.close()


def test_fields_and_signs_have_names_on_a_phone(browser: Browser, live_server: LiveServer) -> None:
    need = RoleSkillFactory()
    visit = Visit(browser, live_server.url, viewport=PHONE, scheme="dark")
    visit.log_in(AdminFactory().email)
    page = visit.page
    page.goto(live_server.url + reverse("admin:catalog_jobrole_change", args=[need.role.pk]))

    page.get_by_role("button", name="Show or hide the navigation").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Webhook endpoints")).to_be_visible()
    page.get_by_role("button", name="Close the navigation").press("Enter")
    expect(page.get_by_role("main").get_by_label("Target level").first).to_be_visible()

    page.goto(live_server.url + reverse("admin:catalog_jobrole_changelist"))
    expect(page.get_by_role("textbox", name="Search this list")).to_be_visible()
    assert visit.faults == []
    visit.context.close()
