"""What stands inside a page of the platform: the way into a window of its own, or why there is none."""

from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from accounts import attempt_limits
from partners.models import LtiLink, LtiNonce, LtiPlatform
from tests.factories.accounts import AdminFactory, UserFactory
from tests.factories.partners import LtiLinkFactory
from tests.fakes.learning_platform import CLIENT_ID, GIVEN, LearningPlatform
from tests.partners.lti.visits import HOME, LAUNCH, TARGET, begin, form, is_in

pytestmark = pytest.mark.django_db
FRAMES = ["iframe", "frame", "embed", "object", "fencedframe"]


@pytest.fixture(autouse=True)
def robin(registered: LtiPlatform) -> LtiLink:
    made: LtiLink = LtiLinkFactory(platform=registered, subject=GIVEN["claims"]["sub"])
    return made


def ancestors(answer: Any) -> str:
    """Return who may frame an answer, as newer and older browsers read it."""
    (said,) = (part for part in answer["Content-Security-Policy"].split("; ") if "ancestors" in part)
    return f"{said} {answer.get('X-Frame-Options', '')}".strip()


def framed(client: Client, platform: LearningPlatform, frame: str = "iframe", **over: str) -> Any:
    client.defaults["HTTP_SEC_FETCH_DEST"] = frame
    return begin(client, platform, **over)


@pytest.mark.parametrize("frame", FRAMES)
def test_a_launch_is_not_begun_there_but_in_a_window(
    client: Client, platform: LearningPlatform, frame: str
) -> None:
    answer = framed(client, platform, frame, lti_message_hint="m&m", lti_deployment_id=platform.deployment)

    assert (answer.status_code, ancestors(answer)) == (200, "frame-ancestors *")
    assert "no-store" in answer["Cache-Control"]
    assert answer.cookies == {}
    (link,) = [part for part in answer.content.decode().split('"') if part.startswith("/lti/login?")]
    assert parse_qs(urlsplit(unescape(link)).query) == {
        "iss": [platform.issuer], "client_id": [CLIENT_ID], "login_hint": ["hint: 7"], "lti_message_hint": ["m&m"],
        "target_link_uri": [TARGET], "lti_deployment_id": [platform.deployment],
    }  # fmt: skip
    client.defaults["HTTP_SEC_FETCH_DEST"] = "document"
    sent = platform.form(client.get(unescape(link))["Location"])
    assert client.post(LAUNCH, sent)["Location"] == HOME


def test_nothing_is_repeated_that_no_launch_has(client: Client, platform: LearningPlatform) -> None:
    answer = framed(
        client, platform, iss=platform.issuer, next="https://evil.example", login_hint='"><script>'
    )

    page = answer.content.decode()
    assert "evil.example" not in page
    assert "<script>" not in page


def test_a_refusal_can_be_read_there(client: Client, platform: LearningPlatform) -> None:
    answer = framed(client, platform, client_id="another")

    assert (answer.status_code, ancestors(answer)) == (404, "frame-ancestors *")
    page = answer.content.decode()
    assert "LTI-PLATFORM" in page
    assert '<base target="_blank">' in page


def test_a_launch_that_arrives_there_is_not_used_up(client: Client, platform: LearningPlatform) -> None:
    sent = form(client, platform)

    answer = client.post(LAUNCH, sent, headers={"Sec-Fetch-Dest": "iframe"})

    assert (answer.status_code, ancestors(answer), is_in(client)) == (400, "frame-ancestors *", False)
    assert "LTI-FRAMED" in answer.content.decode()
    assert not LtiNonce.objects.exists()
    assert client.post(LAUNCH, sent)["Location"] == HOME


def test_in_a_window_nobody_frames_it(client: Client, platform: LearningPlatform) -> None:
    answer = framed(client, platform, "document", client_id="another")

    assert ancestors(answer) == "frame-ancestors 'none' DENY"
    assert "<base" not in answer.content.decode()
    assert framed(client, platform, "document").status_code == 302


def test_what_others_may_frame_names_nobody(client: Client, platform: LearningPlatform) -> None:
    for person in (AdminFactory(name="Zqxmark"), UserFactory(name="Zqxmark")):
        client.force_login(person)
        for answer in (framed(client, platform), framed(client, platform, client_id="another")):
            assert "Zqxmark" not in answer.content.decode()
            assert "csrf" not in answer.content.decode()
            assert answer.cookies == {}


def test_what_leads_to_a_window_is_not_counted_twice(
    client: Client, platform: LearningPlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A class that begins at once comes from one address."""
    monkeypatch.setattr(attempt_limits, "LEAVING_BY_ADDRESS", "2/5m")

    assert [framed(client, platform).status_code for _ in range(3)] == [200, 200, 200]
    assert [framed(client, platform, "document").status_code for _ in range(3)] == [302, 302, 429]


@pytest.mark.parametrize("path", ["/login", "/student/course", "/student/", "/lti/keys"])
def test_nothing_else_is_framed(client: Client, registered: LtiPlatform, path: str) -> None:
    answer = client.get(path, headers={"Sec-Fetch-Dest": "iframe"})

    assert ancestors(answer) == "frame-ancestors 'none' DENY"
