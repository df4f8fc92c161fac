"""Why nobody is let in from a course, each under a name that stays the same."""

from enum import StrEnum
from http import HTTPStatus
from typing import Final

import structlog

from microcred.errors import DomainError, Invalid

log = structlog.get_logger(__name__)


class Refusal(StrEnum):
    """The names of the refusals, as the page shows them and the log holds them."""

    PLATFORM = "LTI-PLATFORM"
    TARGET = "LTI-TARGET"
    REQUEST = "LTI-REQUEST"
    STATE = "LTI-STATE"
    COOKIE = "LTI-COOKIE"
    FRAMED = "LTI-FRAMED"
    DECLINED = "LTI-DECLINED"
    TOKEN = "LTI-TOKEN"  # noqa: S105 - a name
    REPLAYED = "LTI-REPLAYED"
    DEPLOYMENT = "LTI-DEPLOYMENT"
    VERSION = "LTI-VERSION"
    MESSAGE = "LTI-MESSAGE"
    RESOURCE = "LTI-RESOURCE"
    STAFF = "LTI-STAFF"
    ACCOUNT = "LTI-ACCOUNT"
    AWAY = "LTI-AWAY"


ASK: Final = "Tell whoever looks after the course; the code above says what is wrong."
AGAIN: Final = "Go back to your course and open the link again."
WORDS: Final = {
    Refusal.PLATFORM: f"Your course is on a platform that is not registered here. {ASK}",
    Refusal.TARGET: f"The course asks for a page that is not one of ours. {ASK}",
    Refusal.REQUEST: f"What your course has sent is not complete. {ASK}",
    Refusal.STATE: f"That took too long, or was not begun here. {AGAIN}",
    Refusal.COOKIE: "Your browser has not kept the cookie by which it is known. This happens where the course shows us "
    "inside its own page. Open the link in a new window.",
    Refusal.FRAMED: "Your course shows us inside its own page, where browsers keep nobody logged in. Open the link in "
    "a new window.",
    Refusal.DECLINED: f"Your course says that you are not logged in there. Log in there first. {AGAIN}",
    Refusal.TOKEN: f"It could not be shown that your course's platform has sent you. {ASK}",
    Refusal.REPLAYED: f"This visit was used before. {AGAIN}",
    Refusal.DEPLOYMENT: f"Your platform is registered here, but not this deployment of it. {ASK}",
    Refusal.VERSION: f"Your course speaks another version of LTI than 1.3.0. {ASK}",
    Refusal.MESSAGE: f"Your course asks for something that is not offered here. {ASK}",
    Refusal.RESOURCE: f"Your course does not say which of its links you followed. {ASK}",
    Refusal.STAFF: "Only learners of a course are let in from it. If you teach or administer, log in here with your "
    "own account.",
    Refusal.ACCOUNT: "Your account here cannot be used from a course. Log in otherwise, or ask an administrator.",
    Refusal.AWAY: "Your course's platform does not answer at the moment. Try again in a minute.",
}  # fmt: skip
STATUS: Final = {
    Refusal.PLATFORM: HTTPStatus.NOT_FOUND, Refusal.TOKEN: HTTPStatus.UNAUTHORIZED, Refusal.STAFF: HTTPStatus.FORBIDDEN,
    Refusal.ACCOUNT: HTTPStatus.FORBIDDEN, Refusal.AWAY: HTTPStatus.SERVICE_UNAVAILABLE,
}  # fmt: skip


class LaunchRefused(DomainError):
    """Nobody is let in; ``refusal`` says why."""

    default_code = "LTI_400"

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(WORDS[refusal], code=refusal.value)
        self.refusal = refusal
        self.status = STATUS.get(refusal, HTTPStatus.BAD_REQUEST)


class PlatformInvalid(Invalid):
    """A platform cannot be registered so."""

    default_code = "LTI_PLATFORM_400"


def refused(refusal: Refusal, reason: str = "", **ids: str) -> LaunchRefused:
    """Write down why, and return the error; ``reason`` is for operators and holds nothing of what was sent."""
    log.warning("lti_launch_refused", refusal=refusal.value, reason=reason, **ids)
    return LaunchRefused(refusal)
