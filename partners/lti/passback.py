"""Telling a gradebook a score (Assignment and Grade Services 2.0).

The token for it is got by a signed assertion (RFC 7523). Not to be called in a transaction. Where a gradebook is, the
platform's own signed word has said; it is asked all the same only at public addresses.
"""

import datetime as dt
import json
import secrets
import threading
import time
import urllib.parse
from collections.abc import Mapping
from typing import Final

import jwt
from django.conf import settings

from microcred import outbound_http
from partners.lti import keys
from partners.lti.claims import SCORE_SCOPE
from partners.lti.grade_sync import MAXIMUM, Due
from partners.lti.models import LtiPlatform

ASSERTION: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ASSERTION_SECONDS: Final = 300
# A token is left alone so long before it ends, and none is kept for longer than an hour.
MARGIN_SECONDS: Final = 60
LONGEST_TOKEN: Final = 8000
MOST_SECONDS: Final = 3600
SCORE_TYPE: Final = "application/vnd.ims.lis.v1.score+json"
LATER: Final = frozenset({401, 408, 425, 429})
# The gradebook has a score of that time, or of a later one.
NOT_NEWER: Final = "score_409"
FIRST_SERVER_ERROR: Final = 500


class GradebookUnavailable(Exception):
    """Nobody took it for now; ``reason`` is one word."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class GradebookRefused(GradebookUnavailable):
    """It will not be taken later either."""


class _Tokens:
    """The token of each platform, until shortly before it ends."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: dict[tuple[str, str, str], tuple[str, float]] = {}

    def of(self, platform: LtiPlatform) -> str:
        with self._lock:
            token, ends = self._kept.get(_named(platform), ("", 0.0))
        if token and time.monotonic() < ends:
            return token
        token, seconds = _fetched(platform)
        with self._lock:
            self._kept[_named(platform)] = token, time.monotonic() + seconds - MARGIN_SECONDS
        return token

    def forget(self, platform: LtiPlatform | None = None) -> None:
        with self._lock:
            if platform is None:
                self._kept.clear()
            else:
                self._kept.pop(_named(platform), None)


TOKENS: Final = _Tokens()


def send(due: Due) -> None:
    """Tell a gradebook what it is to be told, never in the clear with a token that came encrypted.

    Raises:
        Refused: if it will never take this.
        Away: if it may take it later.
    """
    if _is_encrypted(due.platform.token_url) and not _is_encrypted(due.line_item):
        raise GradebookRefused("address_refused")
    said = {
        "userId": due.subject,
        "scoreGiven": float(due.score),
        "scoreMaximum": int(MAXIMUM),
        "activityProgress": "Completed",
        "gradingProgress": "FullyGraded" if due.is_final else "PendingManual",
        "timestamp": due.scored_at.astimezone(dt.UTC)
        .isoformat(timespec="milliseconds")
        .replace("+00:00", "Z"),
    }
    headers = {"Authorization": f"Bearer {TOKENS.of(due.platform)}", "Content-Type": SCORE_TYPE}
    answer = _posted(_scores_of(due.line_item), json.dumps(said).encode(), headers)
    if answer.status == 401:
        TOKENS.forget(due.platform)
    _check(answer, "score")


def _scores_of(line_item: str) -> str:
    """Return where scores of a line item are sent: below its path, with the same query."""
    parts = urllib.parse.urlsplit(line_item)
    return urllib.parse.urlunsplit(parts._replace(path=f"{parts.path.rstrip('/')}/scores", fragment=""))


def _is_encrypted(url: str) -> bool:
    return urllib.parse.urlsplit(url).scheme == "https"


def _fetched(platform: LtiPlatform) -> tuple[str, float]:
    form = {
        "grant_type": "client_credentials", "client_assertion_type": ASSERTION,
        "client_assertion": _assertion(platform), "scope": SCORE_SCOPE,
    }  # fmt: skip
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
    answer = _posted(platform.token_url, urllib.parse.urlencode(form).encode(), headers)
    _check(answer, "token")
    try:
        said = json.loads(answer.excerpt)
        token, seconds = said["access_token"], float(said.get("expires_in", MOST_SECONDS))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise GradebookUnavailable("token_unread") from None
    if not isinstance(token, str) or not 0 < len(token) <= LONGEST_TOKEN or not _is_plain(token):
        raise GradebookUnavailable("token_unread")
    return token, min(max(seconds, 0.0), MOST_SECONDS)


def _assertion(platform: LtiPlatform) -> str:
    kid, private = keys.signing()
    now = int(time.time())
    claims = {
        "iss": platform.client_id, "sub": platform.client_id, "aud": platform.token_audience or platform.token_url,
        "iat": now, "exp": now + ASSERTION_SECONDS, "jti": secrets.token_urlsafe(24),
    }  # fmt: skip
    return jwt.encode(claims, private, algorithm=keys.ALGORITHM, headers={"kid": kid})


def _posted(url: str, body: bytes, headers: Mapping[str, str]) -> outbound_http.Response:
    try:
        return outbound_http.post(
            url,
            body=body,
            headers=headers,
            timeout=settings.WEBHOOK_TIMEOUT_SECONDS,
            allow_private=settings.WEBHOOK_ALLOW_PRIVATE_ADDRESSES,
        )
    except outbound_http.UrlRefused:
        raise GradebookRefused("address_refused") from None
    except outbound_http.ExchangeError as error:
        raise GradebookUnavailable(error.reason) from None


def _check(answer: outbound_http.Response, step: str) -> None:
    if 200 <= answer.status < 300:
        return
    may_later = answer.status in LATER or answer.status >= FIRST_SERVER_ERROR or step == "token"
    raise (GradebookUnavailable if may_later else GradebookRefused)(f"{step}_{answer.status}")


def _is_plain(token: str) -> bool:
    return token.isascii() and token.isprintable() and " " not in token


def _named(platform: LtiPlatform) -> tuple[str, str, str]:
    return str(platform.pk), platform.token_url, platform.token_audience
