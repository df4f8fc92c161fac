"""The page about overrides in a real browser, on a desk and on a phone."""

import pytest
from playwright.sync_api import Browser, expect
from pytest_django.live_server_helper import LiveServer

from tests.browser.windows import DESK, NEEDS_BROWSER, PHONE, Visit
from tests.companion.overridden import KINDS, scene
from tests.factories.accounts import AdminFactory

pytestmark = NEEDS_BROWSER


@pytest.mark.parametrize(("viewport", "scheme", "name"), [(DESK, "light", "desk"), (PHONE, "dark", "phone")])
def test_figures_are_looked_at_by_skill(
    browser: Browser, live_server: LiveServer, viewport: dict[str, int], scheme: str, name: str
) -> None:
    there = scene()
    for kind in KINDS:
        there.override(kind)
    visit = Visit(browser, live_server.url, viewport=viewport, scheme=scheme)
    reader = AdminFactory(name="Robin Lindqvist") if name == "desk" else there.advisor
    visit.log_in(str(reader.email))
    page = visit.page
    visit.follow(page.get_by_role("navigation", name="Main").get_by_role("link", name="Overrides"))

    page.get_by_label("Figures by").select_option(label="Skill")
    page.get_by_role("button", name="Show").click()

    expect(page.get_by_role("heading", name="How many, by skill")).to_be_visible()
    figures = page.get_by_role("table", name="Overrides by skill")
    expect(figures.get_by_role("rowheader", name="SQL")).to_be_visible()
    expect(page.get_by_role("heading", name="How practice went on after levels were set")).to_be_visible()
    visit.keep(f"overrides-{name}")
    assert visit.sideways() <= 0
    assert visit.faults == []
    visit.context.close()
