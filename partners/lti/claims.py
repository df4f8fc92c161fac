"""What a launch says, of claims whose signature was found good (LTI Core 1.3, sections 5.3 and 5.4)."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final

from partners.lti.errors import Refusal

CLAIM: Final = "https://purl.imsglobal.org/spec/lti/claim/"
VERSION: Final = "1.3.0"
MESSAGE: Final = "LtiResourceLinkRequest"
ENDPOINT: Final = "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"
SCORE_SCOPE: Final = "https://purl.imsglobal.org/spec/lti-ags/scope/score"
LONGEST: Final = 255
LONGEST_ADDRESS: Final = 1000
LONGEST_EMAIL: Final = 254
LONGEST_NAME: Final = 120
ROLE_NAME: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")

_COURSE: Final = "http://purl.imsglobal.org/vocab/lis/v2/membership#"
_COURSE_SUB: Final = "http://purl.imsglobal.org/vocab/lis/v2/membership/"
# As LTI 1.1 has named them, which some platforms still do beside the others.
_COURSE_BEFORE: Final = "urn:lti:role:ims/lis/"
_ELSEWHERE: Final = re.compile(
    r"(?:http://purl\.imsglobal\.org/vocab/(?:lis/v2/(?:institution|system)|lti/system)/person#"
    r"|urn:lti:(?:inst|sys)role:ims/lis/)(\w+)"
)
# Roles of a course that look on and change nothing; who is a learner and one of these is a learner.
_HARMLESS: Final = frozenset({"Learner", "Member"})
# Who administers the platform is no learner of a course, and its test user is nobody.
_NOBODY: Final = frozenset({"Administrator", "SysAdmin", "SysSupport", "AccountAdmin", "Creator", "TestUser"})


class ClaimsRefused(Exception):
    """What the launch says lets nobody in."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal)
        self.refusal = refusal


@dataclass(frozen=True)
class Launch:
    """Who followed which link of a course; ``email`` and ``name`` as the platform tells them, empty where it does not.

    ``role_wanted`` is the key or the id of the job role that the course has named, empty for none. ``line_item`` is the
    address of the place in the course's gradebook that may be told a score, empty for none.
    """

    subject: str
    resource_link: str
    email: str = ""
    name: str = ""
    role_wanted: str = ""
    line_item: str = ""


def read(claims: dict[str, Any], *, deployment_ids: Collection[str]) -> Launch:
    """Return what the claims of a launch say.

    Raises:
        ClaimsRefused: if it is none that is taken here, or not a learner's.
    """
    if claims.get(f"{CLAIM}version") != VERSION:
        raise ClaimsRefused(Refusal.VERSION)
    if claims.get(f"{CLAIM}message_type") != MESSAGE:
        raise ClaimsRefused(Refusal.MESSAGE)
    if claims.get(f"{CLAIM}deployment_id") not in deployment_ids:
        raise ClaimsRefused(Refusal.DEPLOYMENT)
    link = claims.get(f"{CLAIM}resource_link")
    resource = _text(link.get("id"), LONGEST) if isinstance(link, dict) else ""
    if not resource:
        raise ClaimsRefused(Refusal.RESOURCE)
    if not is_learner(claims.get(f"{CLAIM}roles")):
        raise ClaimsRefused(Refusal.STAFF)
    return Launch(
        subject=claims["sub"],
        resource_link=resource,
        email=_email(claims.get("email")),
        name=_text(claims.get("name"), LONGEST)[:LONGEST_NAME],
        role_wanted=_role_wanted(claims.get(f"{CLAIM}custom")),
        line_item=_line_item(claims.get(ENDPOINT)),
    )


def is_learner(roles: object) -> bool:
    """Whether somebody learns in the course and does nothing else there, nor administers the platform.

    Names without an address are those of the course, which LTI allows.
    """
    named = {one for one in roles if isinstance(one, str)} if isinstance(roles, list) else set()
    if any(found[1] in _NOBODY for one in named if (found := _ELSEWHERE.match(one))):
        return False
    if any(one.startswith(_COURSE_SUB) and not _is_sub_role_of_learners(one) for one in named):
        return False
    in_course = {name for one in named if (name := _in_course(one)) is not None}
    return "Learner" in in_course and in_course <= _HARMLESS


def _in_course(role: str) -> str | None:
    """Return what a role of the course is called, None for one of elsewhere."""
    if role.startswith(_COURSE_BEFORE):
        return role.removeprefix(_COURSE_BEFORE).partition("/")[0]
    return role.removeprefix(_COURSE) if role.startswith(_COURSE) or ":" not in role else None


def _is_sub_role_of_learners(role: str) -> bool:
    return role.removeprefix(_COURSE_SUB).partition("#")[0] in _HARMLESS


def _role_wanted(custom: object) -> str:
    named = custom.get("role") if isinstance(custom, dict) else None
    return named if isinstance(named, str) and ROLE_NAME.fullmatch(named) else ""


def _line_item(endpoint: object) -> str:
    if not isinstance(endpoint, dict):
        return ""
    scopes = endpoint.get("scope")
    may_score = isinstance(scopes, list) and SCORE_SCOPE in scopes
    address = _text(endpoint.get("lineitem"), LONGEST_ADDRESS)
    return address if may_score and address.startswith(("https://", "http://")) else ""


def _email(said: object) -> str:
    """Return an address in lower case, of plain letters: others may become those."""
    email = _text(said, LONGEST_EMAIL)
    return email.lower() if email.isascii() else ""


def _text(said: object, longest: int) -> str:
    text = said.strip() if isinstance(said, str) else ""
    return text if len(text) <= longest and text.isprintable() else ""
