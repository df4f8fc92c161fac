"""The way to a provider: JSON over the guarded way out, in little time, for few at a time.

The operator has named the institution's provider, who may well be next door: private addresses are allowed. No
redirect is followed, one deadline covers all that one log-in asks for, and answers have a largest size. Whoever logs
in by password needs the same threads, so that those who wait for a silent provider never hold all of them.
"""

import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

import httpcore
from django.conf import settings

from accounts.institution.errors import away
from microcred import outbound_http
from microcred.outbound_connections import Deadline

SECONDS: Final = 5.0  # for all that one log-in asks for
MOST_BYTES: Final = 256 * 1024
# For so long nobody asks a provider that gave no answer.
PAUSE_SECONDS: Final = 15.0
PLACE_SECONDS: Final = 1.0
FAILURES: Final = (outbound_http.ExchangeError, outbound_http.UrlRefused, httpcore.TimeoutException)

Json = dict[str, Any]


class ProviderBulkhead:
    """Places for those who ask a provider, in this process: half of its threads; and whether it answers at all.

    Others wait a second for a place while those who have one get their answers; for a slow provider nobody waits.
    Lines of several providers may share their ``places``.
    """

    def __init__(self, places: threading.BoundedSemaphore | None = None) -> None:
        self._places = places or threading.BoundedSemaphore(max(1, settings.WEB_THREADS // 2))
        self._since: dict[int, float] = {}
        self._silent_until = 0.0

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Hold a place, for one log-in.

        Raises:
            ProviderAway: if there is none, or the provider was silent lately.
        """
        self._check_answers()
        if not self._places.acquire(timeout=0 if self._is_slow() else PLACE_SECONDS):
            raise away("line", "too many at once")
        me = threading.get_ident()
        try:
            # Whoever had the place before may just have given it up.
            self._check_answers()
            self._since[me] = time.monotonic()
            yield
        finally:
            self._since.pop(me, None)
            self._places.release()

    def note_silence(self) -> None:
        """Leave the provider alone for a while."""
        self._silent_until = time.monotonic() + PAUSE_SECONDS

    def reset(self) -> None:
        """Forget what was noted."""
        self._silent_until = 0.0

    def _check_answers(self) -> None:
        if time.monotonic() < self._silent_until:
            raise away("line", "silent lately")

    def _is_slow(self) -> bool:
        return any(time.monotonic() - since > PLACE_SECONDS for since in list(self._since.values()))


PLACES: Final = threading.BoundedSemaphore(max(1, settings.WEB_THREADS // 2))
LINE: Final = ProviderBulkhead(PLACES)


def fetch(
    url: str,
    *,
    step: str,
    clock: Deadline,
    headers: Mapping[str, str] | None = None,
    line: ProviderBulkhead = LINE,
    allow_private: bool = True,
) -> Json:
    """Return the JSON object at an address of the provider.

    Raises:
        ProviderAway: if there is none.
    """
    sent = {"Accept": "application/json", **(headers or {})}

    def ask() -> outbound_http.Fetched:
        return outbound_http.get(
            url, headers=sent, timeout=clock.left(), most_bytes=MOST_BYTES, allow_private=allow_private
        )

    found = _asked(ask, step, line)
    if found.status != 200 or not found.is_whole:
        raise away(step, f"status {found.status}" if found.is_whole else "too large")
    return _read(found.body, step)


def send(
    url: str, *, body: bytes, headers: Mapping[str, str], step: str, clock: Deadline
) -> tuple[int, Json]:
    """Return the status and the JSON object that a form is answered with.

    Raises:
        ProviderAway: if the answer is an error of the server, a redirect, or no JSON.
    """
    sent = {
        "Accept": "application/json",
        "Content-Type": "application/x-www-form-urlencoded",
        **headers,
    }

    def ask() -> outbound_http.Response:
        return outbound_http.post(url, body=body, headers=sent, timeout=clock.left(), allow_private=True)

    answer = _asked(ask, step, LINE)
    if answer.status not in (200, 400, 401, 403):
        raise away(step, f"status {answer.status}")
    return answer.status, _read(answer.excerpt, step)


def _asked(ask: Callable[[], Any], step: str, line: ProviderBulkhead) -> Any:
    try:
        return ask()
    except FAILURES as failure:
        line.note_silence()
        raise away(step, getattr(failure, "reason", type(failure).__name__)) from None


def _read(text: str | bytes, step: str) -> Json:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        raise away(step, "no json") from None
    if not isinstance(found, dict):
        raise away(step, "no object")
    return found
