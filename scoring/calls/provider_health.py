"""Whether the providers of models answer, by what came of the latest calls; nobody is called for it."""

from typing import Any, Final

from microcred.db import database_now
from microcred.ids import uuid7_lower_bound
from microcred.pipelining import fetch_rows
from ops.gauges import WINDOW
from scoring.calls.outgoing import ABANDONED

# Kinds of failure that show a provider who cannot be reached or turns us away; others are answers.
AWAY: Final = frozenset({"timeout", "connection", "rate_limit", "quota", "server", "auth", "circuit_open"})
# One call that fails is nothing new; after so many nobody else would be answered either.
IN_A_ROW: Final = 2
_LATEST: Final = """
SELECT part.name, latest.outcome, extract(epoch FROM clock_timestamp() - latest.settled_at)::float8
FROM (VALUES ('chat'), ('embeddings')) AS part (name) CROSS JOIN LATERAL (
    SELECT outcome, settled_at, id FROM model_calls
    WHERE id > %(since)s AND state = 'settled' AND outcome <> %(abandoned)s AND batch_id IS NULL
        AND (purpose = 'embedding') = (part.name = 'embeddings')
    ORDER BY id DESC LIMIT %(most)s
) AS latest
ORDER BY part.name, latest.id DESC
"""


def provider_health() -> dict[str, Any]:
    """Return what came of the latest call to each provider that was called within ten minutes.

    The product goes on without a provider, with results that lack its part: it is degraded, not unready.
    """
    latest: dict[str, list[tuple[str, float]]] = {}
    values = {"since": uuid7_lower_bound(database_now() - WINDOW), "abandoned": ABANDONED, "most": IN_A_ROW}
    for name, outcome, seconds in fetch_rows(_LATEST, values):
        latest.setdefault(name, []).append((outcome, seconds))
    away = [name for name, calls in latest.items() if _is_away([outcome for outcome, _ in calls])]
    told = {
        name: {"outcome": calls[0][0], "seconds_ago": round(calls[0][1])} for name, calls in latest.items()
    }
    return {"status": f"not answering: {', '.join(away)}" if away else "ok", "latest": told}


def _is_away(outcomes: list[str]) -> bool:
    return len(outcomes) == IN_A_ROW and AWAY.issuperset(outcomes)
