"""What a browser does that comes from a course."""

from typing import Any

from django.test import Client

from tests.fakes.learning_platform import CLIENT_ID, LearningPlatform

LOGIN, LAUNCH, PAGE, HOME = "/lti/login", "/lti/launch", "/student/course", "/student/"
TARGET = "http://testserver/lti/launch"


def begin(client: Client, platform: LearningPlatform, **over: str) -> Any:
    """Follow the link in the course; return where the browser is sent."""
    given = {
        "iss": platform.issuer, "client_id": CLIENT_ID, "login_hint": "hint: 7", "target_link_uri": TARGET, **over,
    }  # fmt: skip
    return client.get(LOGIN, {name: value for name, value in given.items() if value})


def form(client: Client, platform: LearningPlatform) -> dict[str, str]:
    """Return what the platform has the browser send."""
    return platform.form(begin(client, platform)["Location"])


def visit(client: Client, platform: LearningPlatform) -> Any:
    """Come from the course; return what that is answered with."""
    return client.post(LAUNCH, form(client, platform))


def is_in(client: Client) -> bool:
    """Whether the browser is logged in."""
    return "_auth_user_id" in client.session
