"""Coming from a course as students do: the platform is another site, over HTTPS, and its pages send the forms.

Both names lead to this machine, and no two of them belong to one site, so that browsers treat the cookies of each as
strangers in the pages of the other.
"""

from collections.abc import Callable, Iterator
from html import escape
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect, sync_playwright
from pytest_django.fixtures import Settings
from pytest_django.live_server_helper import LiveServer

from accounts.models import PageSession, User
from partners.lti import services
from partners.lti.launch_validation import PUBLISHED
from partners.models import LtiLink, LtiPlatform
from tests.browser.windows import CHROMIUM, DESK, NEEDS_BROWSER, PHONE, Visit
from tests.factories.accounts import PASSWORD, UserFactory
from tests.factories.catalog import role_with_every_type
from tests.factories.partners import LtiLinkFactory
from tests.fakes.identity_provider import _Handler as Handler
from tests.fakes.learning_platform import CLAIM, CLIENT_ID, GIVEN, LearningPlatform
from tests.fakes.tls_front import TlsFront

pytestmark = [pytest.mark.django_db(transaction=True), *NEEDS_BROWSER]
LEARN, CAMPUS = "learn.microcred.test", "campus.northfield.test"
FRAME = '<iframe name="tool" style="width: 100%; height: 500px"></iframe>'
OPEN = "Open MicroCred in a new window"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    options = ["--no-sandbox", "--no-proxy-server", "--ignore-certificate-errors"]
    names = f"--host-resolver-rules=MAP {LEARN} 127.0.0.1, MAP {CAMPUS} 127.0.0.1"
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=[*options, names])
        yield opened
        opened.close()


@pytest.fixture
def learn(settings: Settings, live_server: LiveServer, tmp_path: Path) -> Iterator[TlsFront]:
    """MicroCred as it is deployed: encrypted, with the cookies of that."""
    with TlsFront(LEARN, live_server.url, tmp_path) as front:
        settings.PUBLIC_URL = front.url
        settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, LEARN]
        settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
        settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True
        settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME = "__Host-sessionid", "__Host-csrftoken"
        yield front


@pytest.fixture
def campus(learn: TlsFront, tmp_path: Path) -> Iterator[TlsFront]:
    """A platform on another site. Its course is at ``/course``, and at ``/inside`` with us inside its page."""
    with LearningPlatform() as platform, TlsFront(CAMPUS, platform.issuer, tmp_path) as front:
        PUBLISHED.forget()
        made = LtiPlatform(**platform.registered() | {"auth_url": f"{front.url}/auth"})
        services.save_platform(by=None, platform=made, changed=frozenset(), now=timezone.now())
        platform.claims = {f"{CLAIM}custom": {"role": role_with_every_type().key}}
        asked = {
            "iss": platform.issuer, "client_id": CLIENT_ID, "login_hint": "7", "lti_message_hint": "m&m",
            "target_link_uri": f"{learn.url}/lti/launch",
        }  # fmt: skip
        pages = {
            "/course": link_to(learn, asked, target="_blank"),
            "/inside": f"{link_to(learn, asked, target='tool')}{FRAME}",
            "/unknown": f'<iframe src="{learn.url}/lti/login?iss=unknown&amp;login_hint=7"></iframe>',
        }
        for path, page in pages.items():
            platform.answers[path] = answering(page)
        platform.answers["/favicon.ico"] = answering("")
        yield front
    PUBLISHED.forget()


def link_to(learn: TlsFront, asked: dict[str, str], *, target: str) -> str:
    """A link in a course, which platforms make a form of."""
    fields = "".join(f'<input type="hidden" name="{one}" value="{escape(asked[one])}">' for one in asked)
    form = f'<form method="post" action="{learn.url}/lti/login" target="{target}">{fields}'
    return f"{form}<button>Your assessment</button></form>"


def answering(page: str) -> Callable[[Handler], None]:
    def answer(handler: Handler) -> None:
        handler.send(200, f"<!doctype html><title>Campus</title>{page}".encode(), "text/html")

    return answer


@pytest.fixture
def robin() -> User:
    made: User = UserFactory(email="robin@example.org", name="Robin Ferrante")
    return made


@pytest.fixture
def visit(browser: Browser, learn: TlsFront) -> Iterator[Visit]:
    opened = Visit(browser, learn.url, viewport=DESK, scheme="light")
    opened.context.on("page", opened.watch)
    yield opened
    opened.context.close()


def follow(page: Page, button: str) -> Page:
    """Open the link in a course, and return the window that it opens."""
    with page.expect_popup() as opened:
        page.get_by_role("button", name=button).click()
    return opened.value


def faults(visit: Visit, campus: TlsFront) -> set[str]:
    return {fault for fault in visit.faults if campus.url not in fault}


def linked(robin: User) -> LtiLink:
    made: LtiLink = LtiLinkFactory(
        platform=LtiPlatform.objects.get(), person=robin, subject=GIVEN["claims"]["sub"], confirmed=True
    )
    return made


def test_a_student_links_their_account_once_and_comes_in_by_the_course(
    visit: Visit, learn: TlsFront, campus: TlsFront, robin: User
) -> None:
    visit.page.goto(f"{campus.url}/course")
    page = follow(visit.page, "Your assessment")
    page.wait_for_url(f"{learn.url}/student/course")
    page.get_by_role("link", name="I have an account here").click()
    page.get_by_label("E-mail address").fill(robin.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    page.get_by_role("button", name="Yes, link it to this account").click()
    page.wait_for_url(f"{learn.url}/student/roles/*")
    visit.context.clear_cookies()

    page = follow(visit.page, "Your assessment")

    page.wait_for_url(f"{learn.url}/student/roles/*")
    expect(page.get_by_text("Robin Ferrante")).to_be_visible()
    kept = {cookie["name"]: cookie for cookie in visit.context.cookies() if cookie["domain"] == LEARN}
    assert (kept["__Host-sessionid"]["sameSite"], kept["__Host-sessionid"]["secure"]) == ("Lax", True)
    assert not [name for name in kept if "lti-" in name]
    assert faults(visit, campus) == set()


def test_a_cookie_that_is_not_for_other_sites_would_not_come_back(
    visit: Visit, learn: TlsFront, campus: TlsFront, robin: User
) -> None:
    """What the others prove: this browser holds cookies to the rules of sites."""
    linked(robin)
    learn.rewrite = lambda header: (header[0], header[1].replace("SameSite=None", "SameSite=Lax"))
    visit.page.goto(f"{campus.url}/course")

    page = follow(visit.page, "Your assessment")

    expect(page.get_by_text("LTI-COOKIE")).to_be_visible()
    assert not PageSession.objects.exists()


@pytest.mark.parametrize(("size", "name"), [(DESK, "desk"), (PHONE, "phone")])
def test_inside_the_platforms_page_a_link_leads_to_a_window_of_its_own(
    browser: Browser, learn: TlsFront, campus: TlsFront, robin: User, size: dict[str, int], name: str
) -> None:
    linked(robin)
    visit = Visit(browser, learn.url, viewport=size, scheme="light")
    visit.context.on("page", visit.watch)
    visit.page.goto(f"{campus.url}/inside")
    visit.page.get_by_role("button", name="Your assessment").click()
    inside = visit.page.frame_locator("iframe")
    expect(inside.get_by_role("heading", name="MicroCred opens in a window of its own")).to_be_visible()
    visit.keep(f"course-framed-{name}")
    assert [one["name"] for one in visit.context.cookies() if one["domain"] == LEARN] == []

    with visit.page.expect_popup() as opened:
        inside.get_by_role("link", name=OPEN).click()

    page = opened.value
    page.wait_for_url(f"{learn.url}/student/roles/*")
    expect(page.get_by_text("Robin Ferrante")).to_be_attached()
    assert faults(visit, campus) == set()
    visit.context.close()


def test_inside_the_platforms_page_a_refusal_can_be_read(visit: Visit, campus: TlsFront) -> None:
    visit.page.goto(f"{campus.url}/unknown")
    inside = visit.page.frame_locator("iframe")

    expect(inside.get_by_text("LTI-PLATFORM")).to_be_visible()
    with visit.page.expect_popup() as opened:
        inside.get_by_role("link", name="Go to the start page").click()

    assert urlsplit(opened.value.url).hostname in (LEARN, None)


def test_no_other_page_is_shown_inside_another_sites(
    visit: Visit, learn: TlsFront, campus: TlsFront, robin: User
) -> None:
    visit.page.goto(f"{campus.url}/course")
    adding = "url => { const it = document.createElement('iframe'); it.src = url; document.body.append(it) }"

    with visit.page.expect_console_message(lambda line: "frame-ancestors" in line.text):
        visit.page.evaluate(adding, f"{learn.url}/login")

    expect(visit.page.frame_locator("iframe").get_by_label("Password")).to_have_count(0)
