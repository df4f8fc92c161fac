"""The end of a paid call: written down once, in one statement, by whoever comes first."""

import time
import uuid
from typing import Any, Final

import structlog
from django.db import InterfaceError, OperationalError, connection

from microcred.ids import uuid7
from microcred.pipelining import fetch_rows
from scoring.enums import CallContent, CallState

log = structlog.get_logger(__name__)
# Less than SETTLING_SECONDS of the claims: nobody else asks meanwhile.
PATIENCE_SECONDS: Final = 4.0
ROUND_SECONDS: Final = 0.2
_PARTS: Final = {
    "answered_model": "",
    "input_tokens": None,
    "output_tokens": None,
    "latency_ms": None,
    "cost_is_estimate": False,
    "reply": None,
}
# Three calls are settled in every scoring job, each of them in the time of whoever waits for the result.
_SETTLE: Final = f"""
WITH settled AS (
    UPDATE model_calls SET
        state = '{CallState.SETTLED}', settled_at = clock_timestamp(), outcome = %(outcome)s,
        answered_model = %(answered_model)s, input_tokens = %(input_tokens)s, output_tokens = %(output_tokens)s,
        latency_ms = %(latency_ms)s, cost_microcents = %(cost_microcents)s, cost_is_estimate = %(cost_is_estimate)s
    WHERE id = %(call_id)s AND state = '{CallState.RESERVED}' RETURNING id
), freed AS (
    DELETE FROM model_call_claims WHERE call_id = %(call_id)s
), kept AS (
    INSERT INTO model_call_contents (id, call_id, kind, label, fingerprint, text, replaced, created_at)
    SELECT %(content_id)s, id, '{CallContent.REPLY}', '', '', %(reply)s::text, '{{}}', clock_timestamp()
    FROM settled WHERE %(reply)s::text IS NOT NULL
)
SELECT count(*) FROM settled
"""  # noqa: S608 - constants only


def settle(call_id: uuid.UUID, **found: Any) -> bool:
    """Write down what came of a reserved call, give up its claims and keep its reply; say whether that was news.

    A reply is paid for: while the database is away it is kept for as long as the call's claims allow.
    """
    until = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            return _write(call_id, found)
        except (OperationalError, InterfaceError) as error:
            if connection.in_atomic_block or time.monotonic() > until:
                raise
            log.warning("model_call_settlement_waits", call_id=str(call_id), error=type(error).__name__)
            connection.close()
            time.sleep(ROUND_SECONDS)


def _write(call_id: uuid.UUID, found: dict[str, Any]) -> bool:
    ((changed,),) = fetch_rows(_SETTLE, _PARTS | found | {"call_id": call_id, "content_id": uuid7()})
    return bool(changed)
