"""The end of a paid call: written down once, in one statement, by whoever comes first."""

import uuid
from typing import Any, Final

from django.db import connection

from microcred.ids import uuid7
from scoring.enums import CallContent, CallState

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
    """Write down what came of a reserved call, give up its claims and keep its reply; say whether that was news."""
    with connection.cursor() as cursor:
        cursor.execute(_SETTLE, _PARTS | found | {"call_id": call_id, "content_id": uuid7()})
        (changed,) = cursor.fetchone()
    return bool(changed)
