"""What a run left behind, counted by SQL: never by logs."""

from dataclasses import asdict, dataclass
from typing import Any

from django.db import DatabaseError, InterfaceError, connection

from tests.faults.handlers import EFFECT

# Every row of a run is one assessment of it; what should be there once is counted for each.
_EFFECTS = """
WITH counted AS (
    SELECT a.id, a.status, a.degraded, 'essay_scores' = ANY(a.missing) AS unscored,
        -- What was degraded and has healed since has one of these for it.
        (SELECT count(*) FROM audit_logs l WHERE l.resource_id = a.id AND l.action = 'assessment.scored_late') AS late,
        (SELECT count(*) FROM essay_scores s WHERE s.assessment_id = a.id) AS essay_scores,
        (SELECT count(*) FROM rule_scores s WHERE s.assessment_id = a.id) AS rule_scores,
        (SELECT count(*) FROM profile_runs p WHERE p.assessment_id = a.id) AS profiles,
        (SELECT count(*) FROM recommendations r WHERE r.assessment_id = a.id) AS recommendations,
        (SELECT count(*) FROM webhook_events e WHERE e.assessment_id = a.id
            AND e.event_type = 'assessment.completed') AS completed_events,
        (SELECT count(*) FROM webhook_events e WHERE e.assessment_id = a.id
            AND e.event_type <> 'assessment.completed') AS ready_events,
        (SELECT count(*) FROM webhook_deliveries d JOIN webhook_events e ON e.id = d.event_id
            WHERE e.assessment_id = a.id AND d.status = 'delivered') / 2 AS delivered,
        (SELECT count(*) FROM model_calls c WHERE c.assessment_id = a.id AND c.purpose = 'scoring'
            AND c.outcome = 'answered') AS paid_answers
    FROM assessments a
)
SELECT
    count(*) FILTER (WHERE status <> 'completed'),
    count(*) FILTER (WHERE degraded),
    sum((essay_scores = 0)::int), sum(greatest(essay_scores - 1 - late, 0)),
    sum((rule_scores = 0)::int), sum(greatest(rule_scores - 1, 0)),
    sum((profiles = 0)::int), sum(greatest(profiles - 1 - late, 0)),
    sum((recommendations = 0)::int), sum(greatest(recommendations - 1 - late, 0)),
    sum((completed_events = 0)::int), sum(greatest(completed_events - 1, 0)),
    sum((ready_events = 0)::int), sum(greatest(ready_events - 1 - late, 0)),
    sum((delivered = 0)::int), sum(greatest(delivered - 1, 0)),
    sum((paid_answers = 0 AND NOT unscored)::int), sum(greatest(paid_answers - 1, 0))
FROM counted
"""
_KINDS = ("essay scores", "rule scores", "profiles", "recommendations", "events of completion", "events of a run",
          "deliveries", "cost entries of answered calls")  # fmt: skip
_REPEATED = """
SELECT coalesce(sum(number - 1), 0) FROM (
    SELECT count(*) AS number FROM audit_logs l JOIN async_jobs j ON j.id = l.resource_id
    WHERE l.action = %s AND j.job_type = 'chaos.naive' GROUP BY j.id
) AS each
"""
# Of a call whose process was killed the row waits for the job's next attempt.
_UNDER_WAY = """
SELECT count(*) FROM model_calls WHERE state = 'reserved' AND purpose = 'scoring'
    AND started_at > clock_timestamp() - interval '1 second'
"""
_LEFT = """
SELECT claimed_by FROM async_jobs j WHERE job_type = 'chaos.naive' AND status = 'running'
    AND EXISTS (SELECT FROM audit_logs l WHERE l.action = %s AND l.resource_id = j.id)
"""
_RESUMED = """
SELECT extract(epoch FROM (SELECT min(at) FROM chaos_claims WHERE at > to_timestamp(%s)) - to_timestamp(%s))
"""


@dataclass(frozen=True)
class Counted:
    """``lost`` and ``doubled`` by what should be there exactly once for each assessment."""

    assessments: int
    unfinished: int
    degraded: int
    lost: dict[str, int]
    doubled: dict[str, int]
    ledger_rows: int
    naive_doubled: int
    poison_claims: list[int]

    @property
    def is_sound(self) -> bool:
        """Whether nothing was lost and nothing doubled."""
        return not (self.unfinished or any(self.lost.values()) or any(self.doubled.values()))

    def as_dict(self) -> dict[str, Any]:
        """Return all of it."""
        return asdict(self) | {"is_sound": self.is_sound}


def count() -> Counted:
    """Count what is there."""
    unfinished, degraded, *each = _rows(_EFFECTS)[0]
    numbers = [int(number) for number in each]
    return Counted(
        assessments=_number("SELECT count(*) FROM assessments"),
        unfinished=unfinished,
        degraded=degraded,
        lost=dict(zip(_KINDS, numbers[::2], strict=True)),
        doubled=dict(zip(_KINDS, numbers[1::2], strict=True)),
        ledger_rows=_number("SELECT count(*) FROM model_calls WHERE purpose = 'scoring'"),
        naive_doubled=_number(_REPEATED, EFFECT),
        poison_claims=[
            number
            for (number,) in _rows(
                "SELECT count(*) FROM chaos_claims WHERE kind = 'chaos.poison' GROUP BY job_id ORDER BY 1"
            )
        ],
    )


def calls_under_way() -> int | None:
    """Return how many calls about essays have been made and not come back; None while the database is away."""
    try:
        return _number(_UNDER_WAY)
    except (DatabaseError, InterfaceError):
        connection.close()
        return None


def who_has_left_an_effect() -> list[int]:
    """Return the processes that do a naive job and have left its effect; none while the database is away."""
    try:
        return [int(name.rpartition("/")[2]) for (name,) in _rows(_LEFT, EFFECT)]
    except (DatabaseError, InterfaceError):
        connection.close()
        return []


def expected_losses(under_way: list[tuple[int, int]]) -> float:
    """Return how many calls kills would cost on the average if each took along only the calls of one process."""
    return round(sum(calls / processes for calls, processes in under_way), 2)


def seconds_to_next_start(moments: list[float]) -> list[float]:
    """Return how long after each moment (seconds since 1970) the next job was begun, shortest first."""
    found = [_rows(_RESUMED, moment, moment)[0][0] for moment in moments]
    return sorted(float(seconds) for seconds in found if seconds is not None)


def _number(sql: str, *parameters: Any) -> int:
    return int(_rows(sql, *parameters)[0][0])


def _rows(sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows
