"""Fetching transcripts that lie elsewhere."""

from http import HTTPStatus
from typing import Any, Final

from django.conf import settings

from microcred import outbound_http
from tutoring.enums import Failure
from tutoring.transcripts import UnreadableTranscript, fetched

MOST_BYTES: Final = 1024 * 1024
TIMEOUT_SECONDS: Final = 20.0
KINDS: Final = ("text/plain", "application/json", "text/vtt")
LONGEST_TRANSCRIPT: Final = 200_000


class NotFetched(Exception):
    """There is no transcript to be had: why, and whether another try may help."""

    def __init__(self, failure: Failure, *, retryable: bool) -> None:
        super().__init__(failure.value)
        self.failure = failure
        self.retryable = retryable


def fetch(url: str) -> str | list[dict[str, Any]]:
    """Return the transcript at an address. Raises NotFetched."""
    try:
        found = outbound_http.get(
            url,
            headers={"Accept": ", ".join(KINDS), "User-Agent": "MicroCred"},
            timeout=TIMEOUT_SECONDS,
            most_bytes=MOST_BYTES,
            allow_private=settings.WEBHOOK_ALLOW_PRIVATE_ADDRESSES,
        )
    except outbound_http.UrlRefused as error:
        raise NotFetched(Failure.REFUSED, retryable=False) from error
    except outbound_http.ExchangeError as error:
        raise NotFetched(Failure.UNREACHABLE, retryable=True) from error
    if found.status != HTTPStatus.OK:
        raise NotFetched(Failure.UNREACHABLE, retryable=True)
    if not found.is_whole:
        raise NotFetched(Failure.TOO_LARGE, retryable=False)
    if found.content_type not in KINDS:
        raise NotFetched(Failure.UNREADABLE, retryable=False)
    return _read(found)


def _read(found: outbound_http.Fetched) -> str | list[dict[str, Any]]:
    try:
        said = fetched(found.body, found.content_type)
    except UnreadableTranscript as error:
        raise NotFetched(Failure.UNREADABLE, retryable=False) from error
    if characters(said) > LONGEST_TRANSCRIPT:
        raise NotFetched(Failure.TOO_LARGE, retryable=False)
    return said


def characters(said: str | list[dict[str, Any]]) -> int:
    """Return how long a transcript is."""
    return len(said) if isinstance(said, str) else sum(len(one["text"]) for one in said)
