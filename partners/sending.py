"""Making one try: the HTTP request, and what its end means."""

import datetime as dt
from typing import Final

from django.conf import settings

from microcred import outbound_http
from partners import retrying, signing
from partners.attempts import DeliveryAttempt, Outcome
from partners.destinations import read_destination

USER_AGENT: Final = f"MicroCred/{settings.VERSION} (webhooks)"


def send(attempt: DeliveryAttempt, *, now: dt.datetime) -> Outcome:
    """Sign and send; whatever the receiver does, the return value says it. Not to be called in a transaction."""
    message = signing.Message(attempt.message_id, int(now.timestamp()), attempt.body)
    headers = {
        "Content-Type": "application/json",
        "User-Agent": USER_AGENT,
        **signing.headers(message, attempt.secrets),
    }
    try:
        read_destination(attempt.url)
        answer = outbound_http.post(
            attempt.url,
            body=attempt.body,
            headers=headers,
            timeout=settings.WEBHOOK_TIMEOUT_SECONDS,
            allow_private=settings.WEBHOOK_ALLOW_PRIVATE_ADDRESSES,
        )
    except outbound_http.UrlRefused:
        return Outcome(at=now, duration_ms=0, error="refused")
    except outbound_http.ExchangeError as error:
        return Outcome(at=now, duration_ms=error.duration_ms, error=error.reason)
    return Outcome(
        at=now,
        duration_ms=answer.duration_ms,
        response_code=answer.status,
        excerpt=answer.excerpt,
        asked_seconds=retrying.asked_seconds(answer.retry_after, now=now),
    )
