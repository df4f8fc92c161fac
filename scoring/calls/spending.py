"""What the paid calls add up to."""

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Final

from django.db.models import Count, Q, Sum

from microcred.db import database_now
from microcred.pipelining import Statement
from scoring.calls.limits import COST, MICROCENTS_A_CENT, month_limit
from scoring.calls.outgoing import ANSWERED
from scoring.models import ModelCall

MONTHS_SHOWN = 12
# Open calls count at what is reserved for them. Asked for with every run, hence without the mapper.
USAGE: Final = Statement("""
SELECT coalesce((SELECT max(latency_ms) FROM essay_scores WHERE assessment_id = %(assessment_id)s), 0),
       coalesce(sum(coalesce(cost_microcents, reserved_microcents)), 0),
       coalesce(sum(input_tokens), 0), coalesce(sum(output_tokens), 0)
  FROM model_calls WHERE assessment_id = %(assessment_id)s
""")


@dataclass(frozen=True, slots=True)
class Month:
    """The calls of one month and what they cost, open ones at what is reserved for them."""

    month: dt.date
    calls: int
    unanswered: int
    cents: float


@dataclass(frozen=True, slots=True)
class ModelUsage:
    """What the paid calls for one assessment took."""

    latency_ms: int
    cost_microcents: int
    input_tokens: int
    output_tokens: int


def model_usage(assessment_id: uuid.UUID) -> ModelUsage:
    """Return what all paid calls for an assessment took, those that failed included.

    ``latency_ms`` is that of the essay that took longest, whoever judged it.
    """
    (used,) = USAGE.rows(assessment_id=assessment_id)
    return ModelUsage(*map(int, used))


def months() -> list[Month]:
    """Return the last twelve months in which a call was made, the newest first."""
    rows = (
        ModelCall.objects.order_by()
        .values("month")
        .annotate(
            calls=Count("pk"),
            unanswered=Count("pk", filter=~Q(outcome=ANSWERED)),
            cost=Sum(COST),
        )
        .order_by("-month")[:MONTHS_SHOWN]
    )
    return [
        Month(row["month"], row["calls"], row["unanswered"], int(row["cost"]) / MICROCENTS_A_CENT)
        for row in rows
    ]


def this_month() -> dict[str, int]:
    """Return what this month has cost and what it may cost (0: no limit), in micro-cents; a gauge."""
    first = database_now().astimezone(dt.UTC).date().replace(day=1)
    spent = ModelCall.objects.filter(month=first).aggregate(cost=Sum(COST))["cost"]
    return {"spent": int(spent or 0), "limit": month_limit()}


def month_has_room() -> bool:
    """Whether something is left of this month's limit, or there is none."""
    now = this_month()
    return not now["limit"] or now["spent"] < now["limit"]
