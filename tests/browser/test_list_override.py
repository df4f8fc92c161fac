"""Changing a list of recommendations in a real browser, on a desk and on a phone, by keyboard."""

import pytest
from playwright.sync_api import Browser, expect
from pytest_django.live_server_helper import LiveServer

from microcred.ai import providers
from recommendations import queries
from tests.browser.windows import DESK, NEEDS_BROWSER, PHONE, Visit
from tests.factories.accounts import AdminFactory
from tests.factories.catalog import CredentialFactory
from tests.factories.recommendations import WordEmbedder
from tests.recommendations.results import completed

pytestmark = NEEDS_BROWSER


@pytest.mark.parametrize(("viewport", "scheme", "name"), [(DESK, "light", "desk"), (PHONE, "dark", "phone")])
def test_a_list_is_changed_by_keyboard(
    browser: Browser,
    live_server: LiveServer,
    monkeypatch: pytest.MonkeyPatch,
    viewport: dict[str, int],
    scheme: str,
    name: str,
) -> None:
    chosen = WordEmbedder()
    monkeypatch.setattr(providers, "embedder", lambda: chosen)
    admin, assessment = AdminFactory(name="Robin Lindqvist"), completed()
    CredentialFactory(title="Public speaking")
    visit = Visit(browser, live_server.url, viewport=viewport, scheme=scheme)
    visit.log_in(admin.email)
    page = visit.page
    page.goto(f"{live_server.url}/advisor/assessments/{assessment.pk}")

    page.locator("summary", has_text="Add a credential").focus()
    page.keyboard.press("Enter")
    page.get_by_label("Credential", exact=True).select_option(label="Public speaking")
    page.locator("#why-added").fill("You present the figures every month.")
    page.keyboard.press("Enter")
    expect(page.get_by_text("The credential is on the list, in the last place.")).to_be_visible()

    added = page.locator("article", has=page.get_by_role("heading", name="Public speaking"))
    added.locator("summary", has_text="Change its place").focus()
    page.keyboard.press("Enter")
    visit.keep(f"list-override-{name}")
    assert visit.sideways() <= 0
    added.get_by_label("Reason, for the student to read").fill("You present them next week already.")
    page.keyboard.press("Enter")
    expect(page.get_by_text("The credential is first now.")).to_be_visible()
    visit.keep(f"list-override-done-{name}")

    run = queries.effective(assessment.pk)
    assert run is not None
    assert (run.run, run.items.all()[0].title) == (3, "Public speaking")
    assert visit.sideways() <= 0
    assert visit.faults == []
    visit.context.close()
