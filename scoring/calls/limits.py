"""What paid calls may cost: in a month, and for one assessment."""

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Final, Literal

from django.conf import settings
from django.db.models import Q, Sum
from django.db.models.functions import Coalesce

from scoring.models import ModelCall

MICROCENTS_A_CENT: Final = 1_000_000
COST: Final = Coalesce("cost_microcents", "reserved_microcents")

Limit = Literal["month", "assessment"]


class BudgetExceeded(Exception):
    """A call was not made, because it could take the spending of the month or of one assessment over its limit."""

    def __init__(self, limit: Limit, *, limit_microcents: int, spent_microcents: int) -> None:
        super().__init__(f"the call does not fit into the limit of the {limit}")
        self.limit: Limit = limit
        self.limit_microcents = limit_microcents
        self.spent_microcents = spent_microcents


class BudgetHeadroom:
    """What the limits leave for the calls of a batch, one after the other; for who holds the ledger's lock."""

    def __init__(self, month: dt.date, assessment_ids: Sequence[uuid.UUID | None]) -> None:
        self._month_limit, self._own_limit = month_limit(), assessment_limit()
        self._month = _spent_in(month) if self._month_limit else 0
        self._own = _spent_by_assessment(assessment_ids) if self._own_limit else {}

    def take(self, cost: int, assessment_id: uuid.UUID | None) -> bool:
        """Take ``cost`` out if that much is left; calls of no assessment have the limit of the month alone."""
        own = self._own.get(assessment_id, 0) + cost if assessment_id else 0
        month = self._month + cost
        if (self._month_limit and month > self._month_limit) or (self._own_limit and own > self._own_limit):
            return False
        self._month, self._own[assessment_id] = month, own
        return True


def spent(*, assessment_id: uuid.UUID | None, month: dt.date) -> tuple[int, int]:
    """Return what the month and the assessment have cost so far, open calls at what is reserved, in micro-cents."""
    of_month, of_assessment = Q(month=month), Q(assessment_id=assessment_id)
    found = ModelCall.objects.filter(of_month | of_assessment).aggregate(
        month=Coalesce(Sum(COST, filter=of_month), 0),
        assessment=Coalesce(Sum(COST, filter=of_assessment), 0),
    )
    return int(found["month"]), int(found["assessment"])


def month_limit() -> int:
    """Return the limit of a month in micro-cents; 0 for none."""
    return round(settings.MODEL_BUDGET_MONTH_CENTS * MICROCENTS_A_CENT)


def assessment_limit() -> int:
    """Return the limit of one assessment in micro-cents; 0 for none."""
    return round(settings.MODEL_CAP_ASSESSMENT_CENTS * MICROCENTS_A_CENT)


def check(cost: int, assessment_id: uuid.UUID | None, *, month: dt.date) -> None:
    own_limit = assessment_limit() if assessment_id else 0
    limits: tuple[tuple[Limit, int], ...] = (("month", month_limit()), ("assessment", own_limit))
    if not any(limit for _, limit in limits):
        return
    for (name, limit), so_far in zip(limits, spent(assessment_id=assessment_id, month=month), strict=True):
        if limit and so_far + cost > limit:
            raise BudgetExceeded(name, limit_microcents=limit, spent_microcents=so_far)


def _spent_in(month: dt.date) -> int:
    return int(ModelCall.objects.filter(month=month).aggregate(cost=Sum(COST))["cost"] or 0)


def _spent_by_assessment(ids: Sequence[uuid.UUID | None]) -> dict[uuid.UUID | None, int]:
    rows = ModelCall.objects.filter(assessment_id__in=[one for one in ids if one]).order_by()
    return dict(rows.values_list("assessment_id").annotate(cost=Sum(COST)))
