"""What the paid calls add up to."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import Count, Q, Sum
from django.db.models.functions import Coalesce

from microcred.db import database_now
from scoring.calls import ledger
from scoring.models import ModelCall

MONTHS_SHOWN = 12


@dataclass(frozen=True, slots=True)
class Month:
    """The calls of one month and what they cost, open ones at what is reserved for them."""

    month: dt.date
    calls: int
    unanswered: int
    cents: float


def months() -> list[Month]:
    """Return the last twelve months in which a call was made, the newest first."""
    rows = (
        ModelCall.objects.order_by()
        .values("month")
        .annotate(
            calls=Count("pk"),
            unanswered=Count("pk", filter=~Q(outcome=ledger.ANSWERED)),
            cost=Sum(Coalesce("cost_microcents", "reserved_microcents")),
        )
        .order_by("-month")[:MONTHS_SHOWN]
    )
    return [
        Month(row["month"], row["calls"], row["unanswered"], int(row["cost"]) / ledger.MICROCENTS_A_CENT)
        for row in rows
    ]


def this_month() -> dict[str, int]:
    """Return what this month has cost and what it may cost (0: no limit), in micro-cents; a gauge."""
    first = database_now().astimezone(dt.UTC).date().replace(day=1)
    cost = Sum(Coalesce("cost_microcents", "reserved_microcents"))
    spent = ModelCall.objects.filter(month=first).aggregate(cost=cost)["cost"]
    return {"spent": int(spent or 0), "limit": ledger.month_limit()}
