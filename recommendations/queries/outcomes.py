"""What was decided about recommended credentials, for calibration."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from django.db.models import QuerySet

from microcred.compiled import Compiled
from microcred.trips import Read
from recommendations.calibration import (
    MIN_OBSERVATIONS,
    MIN_OF_EACH,
    Calibration,
    Outcome,
    Reliability,
    fit,
    held_out,
    reliability,
)
from recommendations.enums import Acceptance
from recommendations.models import RecommendationFeedback

MOST_OUTCOMES: Final = 5000


def outcomes() -> list[Outcome]:
    """Return the newest decisions about single credentials, one for each person and credential on a list; at most
    5000. Words about a whole list decide about no credential."""
    return [
        Outcome(float(confidence), status == Acceptance.ACCEPTED) for confidence, status in _DECIDED.rows()
    ]


def outcomes_read() -> Read[Any]:
    """Return what `outcomes` asks, for a trip with others."""
    return _DECIDED.read()


def _decided() -> QuerySet[RecommendationFeedback, tuple[Decimal, str]]:
    newest = (
        RecommendationFeedback.objects.filter(item__isnull=False)
        .order_by("item_id", "submitted_by_id", "-submitted_at", "-pk")
        .distinct("item_id", "submitted_by_id")
    )
    decided = RecommendationFeedback.objects.filter(pk__in=newest.values("pk"))
    decided = decided.exclude(acceptance_status=Acceptance.PENDING).order_by("-submitted_at", "-pk")
    return decided.values_list("item__confidence", "acceptance_status")[:MOST_OUTCOMES]


_DECIDED: Final = Compiled(_decided)


@dataclass(frozen=True, slots=True)
class CalibrationReport:
    """How far confidences held, as they are and as the map makes of them, each decision by a map that was learnt from
    others; and the map in use. The tables are None where nothing was decided; ``needed`` decisions make a map, among
    them ``of_each`` acceptances and refusals."""

    calibration: Calibration
    as_stated: Reliability | None
    calibrated: Reliability | None
    needed: int = MIN_OBSERVATIONS
    of_each: int = MIN_OF_EACH


def calibration_report() -> CalibrationReport:
    """Return how far confidences can be relied on, over the newest decisions."""
    known = outcomes()
    learnt = fit(known)
    return CalibrationReport(
        calibration=learnt,
        as_stated=reliability([(one.confidence, one.accepted) for one in known]),
        calibrated=reliability(held_out(known)) if learnt.basis == "feedback" else None,
    )
