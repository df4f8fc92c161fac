"""What was decided about recommended credentials, for calibration."""

import time
import uuid
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from django.db import connection
from django.db.models import QuerySet

from microcred.compiled_queries import CompiledQuery
from microcred.pipelining import PipelinedQuery
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
# Among so many words the newest decisions are looked for, for most are neither taken back nor said again.
MOST_WORDS: Final = 4 * MOST_OUTCOMES
LEARNT_SECONDS: Final = 60.0
_learnt: Final[dict[str, tuple[list[uuid.UUID], Calibration, float]]] = {}


def outcomes() -> list[Outcome]:
    """Return the newest decisions about single credentials, at most 5000. What somebody says of a credential counts
    once for an assessment, with the confidence of the list on which it was said last; words about a whole list decide
    about no credential, nor does what is said of one that a person put where it stands."""
    return [
        Outcome(float(confidence), status == Acceptance.ACCEPTED)
        for confidence, status in _DECIDED.rows()
        if confidence is not None
    ]


def learnt_calibration() -> Calibration:
    """Return the map that the newest decisions make. A process remembers it until somebody decides anew, and for a
    minute: decisions that are erased are forgotten no later."""
    name, newest, now = connection.settings_dict["NAME"], _NEWEST.rows(), time.monotonic()
    known = _learnt.get(name)
    if known is not None and known[0] == newest and now < known[2]:
        return known[1]
    calibration = fit(outcomes()) if newest else fit(())
    _learnt[name] = newest, calibration, now + LEARNT_SECONDS
    return calibration


def calibration_read() -> PipelinedQuery[Any]:
    """Return what `learnt_calibration` asks every time, to be pipelined with others."""
    return _NEWEST.read()


def _words() -> QuerySet[RecommendationFeedback]:
    return RecommendationFeedback.objects.filter(item__isnull=False, item__override=None).order_by("-pk")


def _decided() -> QuerySet[RecommendationFeedback, tuple[Decimal | None, str]]:
    about = ("recommendation__assessment_id", "item__credential_id", "submitted_by_id")
    newest = (
        RecommendationFeedback.objects.filter(pk__in=_words().values("pk")[:MOST_WORDS])
        .order_by(*about, "-submitted_at", "-pk")
        .distinct(*about)
    )
    decided = RecommendationFeedback.objects.filter(pk__in=newest.values("pk"))
    decided = decided.exclude(acceptance_status=Acceptance.PENDING).order_by("-submitted_at", "-pk")
    return decided.values_list("item__confidence", "acceptance_status")[:MOST_OUTCOMES]


_DECIDED: Final = CompiledQuery(_decided)
_NEWEST: Final = CompiledQuery(lambda: _words().values_list("pk", flat=True)[:1])


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
