"""Logging in through the institution as people do, from the button to the page that they wanted and on to linking."""

import html
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, expect
from pytest_django.fixtures import Settings
from pytest_django.live_server_helper import LiveServer

from accounts.institution import provider as known
from accounts.models import InstitutionLink, User
from tests.browser.windows import DESK, NEEDS_BROWSER, PHONE, Visit
from tests.factories.accounts import AdvisorFactory, InstitutionLinkFactory
from tests.fakes.identity_provider import CLIENT_ID, CLIENT_SECRET, IdentityProvider

pytestmark = [pytest.mark.django_db(transaction=True), *NEEDS_BROWSER]


@pytest.fixture
def provider(settings: Settings, live_server: LiveServer) -> Iterator[IdentityProvider]:
    """A provider on another host, with a page of its own between there and back."""
    with IdentityProvider() as running:
        settings.OIDC_ISSUER, settings.OIDC_NAME = running.issuer, "Northfield"
        settings.OIDC_CLIENT_ID, settings.OIDC_CLIENT_SECRET = CLIENT_ID, CLIENT_SECRET
        settings.PUBLIC_URL = live_server.url
        running.answers["/authorize"] = lambda handler: handler.send(
            200,
            f'<a href="{html.escape(running.authorized(handler.asked()))}">Yes, I am Robin</a>'.encode(),
            "text/html",
        )
        running.answers["/favicon.ico"] = lambda handler: handler.send(200, b"", "image/x-icon")
        known.forget()
        yield running
    known.forget()


@pytest.fixture
def advisor() -> User:
    made: User = AdvisorFactory(email="robin@example.org", name="Robin Ferrante")
    return made


@pytest.mark.parametrize(("window", "name"), [(PHONE, "phone"), (DESK, "desk")])
def test_an_advisor_links_their_account_and_comes_in_by_it(
    browser: Browser,
    live_server: LiveServer,
    provider: IdentityProvider,
    advisor: User,
    window: dict[str, int],
    name: str,
) -> None:
    visit = Visit(browser, live_server.url, viewport=window, scheme="light")
    page = visit.page
    visit.log_in(advisor.email)
    page.goto(f"{live_server.url}/institution")
    visit.keep(f"institution-unlinked-{name}")
    visit.follow(page.get_by_role("link", name="Link it with Northfield"))
    visit.follow(page.get_by_role("link", name="Yes, I am Robin"))
    expect(page.get_by_text("Is that you?")).to_be_visible()
    visit.keep(f"institution-waiting-{name}")
    assert visit.sideways() <= 0
    assert InstitutionLink.objects.count() == 0
    visit.follow(page.get_by_role("button", name="Yes, link it to this account"))
    expect(page.get_by_text("Your account is linked.")).to_be_visible()
    visit.keep(f"institution-linked-{name}")
    assert visit.sideways() <= 0
    visit.follow(page.get_by_role("button", name="Log out"))

    page.goto(f"{live_server.url}/advisor/students/")
    visit.keep(f"institution-log-in-{name}")
    assert visit.sideways() <= 0
    visit.follow(page.get_by_role("link", name="Sign in with Northfield"))
    visit.follow(page.get_by_role("link", name="Yes, I am Robin"))

    assert urlsplit(page.url).path == "/advisor/students/"
    expect(page.get_by_role("heading", name="Students", exact=True)).to_be_visible()
    page.goto(f"{live_server.url}/log-ins")
    expect(page.get_by_text("through your institution")).to_be_visible()
    assert {fault for fault in visit.faults if provider.issuer not in fault} == set()
    visit.context.close()


def test_whoever_has_no_password_proves_who_they_are_where_they_log_in(
    browser: Browser, live_server: LiveServer, provider: IdentityProvider, advisor: User
) -> None:
    advisor.set_unusable_password()
    advisor.save()
    InstitutionLinkFactory(person=advisor, issuer=provider.issuer, subject="robin-1")
    provider.signed_in_at = 1_700_000_000.0
    visit = Visit(browser, live_server.url, viewport=PHONE, scheme="dark")
    page = visit.page
    page.goto(f"{live_server.url}/login")
    visit.follow(page.get_by_role("link", name="Sign in with Northfield"))
    visit.follow(page.get_by_role("link", name="Yes, I am Robin"))

    page.goto(f"{live_server.url}/prove?next=/log-ins")
    visit.keep("institution-prove-phone")
    visit.follow(page.get_by_role("link", name="Sign in again with Northfield"))
    visit.follow(page.get_by_role("link", name="Yes, I am Robin"))

    assert urlsplit(page.url).path == "/log-ins"
    page.goto(f"{live_server.url}/password")
    expect(page.get_by_text("You have no password")).to_be_visible()
    visit.keep("institution-password-phone")
    assert visit.sideways() <= 0
    visit.context.close()
