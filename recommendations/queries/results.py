"""Reading recommendations that have been made, and the result of an assessment that they are part of."""

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import Prefetch, Q, QuerySet

from accounts.models import User
from accounts.policy import Permission, allows, sees_student
from assessments import queries as assessments
from assessments.enums import AssessmentStatus, Stage
from catalog import queries as catalog
from microcred.compiled_queries import CompiledQuery
from microcred.errors import Conflict, Gone, Missing
from microcred.ids import uuid7_lower_bound
from microcred.pipelining import PipelinedQuery, prefetched
from ops.audit import Actor
from recommendations.enums import Origin
from recommendations.models import RagTrace, Recommendation, RecommendationItem, WhatIf
from recommendations.queries.evidence import effective, run_read
from recommendations.queries.overrides import Overridden, overridden
from recommendations.queries.staleness import RUN, dependency_versions, marks_read, stale_dependencies
from scoring import oversight
from scoring import queries as scoring

_WHAT_IF: Final = CompiledQuery(lambda run: WhatIf.objects.filter(recommendation=run), run=uuid.UUID)


class RecommendationMissing(Missing):
    """No such recommendation, or none that the caller may see."""

    default_code = "RECOMMENDATION_404"


class AssessmentNotCompleted(Conflict):
    """The student has not handed the assessment in."""

    default_code = "ASSESSMENT_NOT_COMPLETED"


class AssessmentFailed(Conflict):
    """The assessment ended without a result."""

    default_code = "ASSESSMENT_FAILED"


class ResultExpired(Gone):
    """The assessment was not handed in in time."""

    default_code = "ASSESSMENT_EXPIRED"


@dataclass(frozen=True)
class Awaited:
    """A result that is not there yet: the stage reached, and the stages still to come."""

    assessment_id: uuid.UUID
    status: str
    stage: str
    awaited: Sequence[str]


@dataclass(frozen=True)
class Result:
    """The result of a completed assessment as its student may see it.

    ``pending`` names the parts that wait for a person; while there are any, the result is provisional. ``notices``
    say what people changed about the scores, the newest first.
    ``recommendation`` is None only for assessments that never went through the recommender. ``skills`` are the measured
    levels with what people said about them, by key; ``outside`` is what skills are called elsewhere. All paid calls for
    the assessment have cost ``spent_microcents``, those made since the run included.
    """

    assessment_id: uuid.UUID
    role_id: uuid.UUID
    role_name: str
    status: str
    completed_at: dt.datetime | None
    missing: Sequence[str]
    questions: Sequence[Mapping[str, Any]]
    totals: scoring.Totals
    pending: Sequence[Mapping[str, Any]]
    notices: Sequence[oversight.Notice]
    recommendation: Recommendation | None
    stale_because: Sequence[str]
    what_if: WhatIf | None
    overridden: Overridden
    skills: Mapping[str, scoring.SkillLevel]
    contests: Mapping[str, scoring.SkillStanding]
    outside: Mapping[str, Mapping[str, str]]
    spent_microcents: int


def result_of(*, by: User, assessment_id: uuid.UUID, now: dt.datetime) -> Result | Awaited:
    """Return the result of an assessment, or what it still waits for.

    Raises:
        AssessmentMissing: if it is not there or not for the caller to see.
        AssessmentNotCompleted, ResultExpired, AssessmentFailed: if there is no result, by its status.
    """
    assessment = assessments.get_visible(by=by, assessment_id=assessment_id)
    return awaited_result(assessment, by=by, now=now) or completed_result(assessment)


def awaited_result(assessment: Any, *, by: Actor, now: dt.datetime) -> Awaited | None:
    """Return what the result of an assessment that ``by`` may see still waits for, None where it is there for them.

    Raises like :func:`result_of`.
    """
    if not allows(by, Permission.READ_RESULT):
        raise assessments.AssessmentMissing("No such assessment.")
    match assessments.effective_status(assessment, now=now):
        case AssessmentStatus.IN_PROGRESS:
            raise AssessmentNotCompleted("The assessment has not been handed in yet.")
        case AssessmentStatus.EXPIRED:
            raise ResultExpired("The time for this assessment is over. The answers given are kept.")
        case AssessmentStatus.FAILED:
            raise AssessmentFailed(assessment.failure_reason or "The assessment could not be worked out.")
        case AssessmentStatus.COMPLETED if not assessments.is_hidden_from(by, assessment):
            return None
    return Awaited(assessment.pk, assessment.status, assessment.stage, assessments.awaited(assessment))


def completed_result(assessment: Any) -> Result:
    """Return the result of a completed assessment, whoever asks."""
    with prefetched(*_reads(assessment.pk)):
        return _read_result(assessment)


def _reads(assessment_id: uuid.UUID) -> list[PipelinedQuery[Any]]:
    """What a result rests on, but for what stands behind its run."""
    return [
        run_read(assessment_id),
        marks_read(assessment_id),
        *scoring.result_reads(assessment_id),
        *scoring.profile_reads(assessment_id),
        *oversight.appeal_reads(assessment_id),
        *oversight.notice_reads(assessment_id),
        scoring.usage_read(assessment_id),
    ]


def _read_result(assessment: Any) -> Result:
    scored = scoring.question_results(assessment.pk)
    recommendation = effective(assessment.pk)
    return Result(
        assessment_id=assessment.pk,
        role_id=assessment.role_id,
        role_name=assessment.role.name,
        status=assessment.status,
        completed_at=assessment.completed_at,
        missing=_missing(assessment, recommendation),
        questions=_with_dates(scoring.student_view(scored), oversight.appealable_until(assessment, scored)),
        totals=scoring.totals(scored),
        pending=scoring.pending_parts(scored),
        notices=oversight.notices(assessment.pk),
        recommendation=recommendation,
        **_around(assessment, recommendation),
    )


def _missing(assessment: Any, made: Recommendation | None) -> Sequence[str]:
    """A list that a person overrode stays while what it went without is scored after all."""
    missing: Sequence[str] = assessment.missing
    return missing if made is None or made.origin == Origin.PERSON else made.missing


def shown_since(moment: dt.datetime) -> QuerySet[Recommendation]:
    """Return the runs in effect made since then, but those of results held back and of made-up learners."""
    shown = Recommendation.objects.filter(effective=True, pk__gte=uuid7_lower_bound(moment)).order_by("pk")
    held = Q(assessment__stage=Stage.AWAITING_RELEASE) | Q(assessment__metadata__contains={"synthetic": True})
    return shown.filter(assessment__status=AssessmentStatus.COMPLETED).exclude(held)


def _with_dates(
    questions: Sequence[Mapping[str, Any]], until: Mapping[uuid.UUID, dt.datetime]
) -> list[dict[str, Any]]:
    return [{**one, "appealable_until": until.get(uuid.UUID(one["question_id"]))} for one in questions]


def _around(assessment: Any, made: Recommendation | None) -> dict[str, Any]:
    """What stands beside a run: what has moved since, what would change it, and what is said about its skills."""
    profile = made.parameters.get("profile", []) if made else []
    parameters = made.parameters if made else {}
    marks, said = dependency_versions(assessment.pk), overridden(made) if made else Overridden()
    moved = stale_dependencies(parameters, role_id=assessment.role_id, marks=marks)
    return {
        "stale_because": [*moved, *([RUN] if said.is_outrun else [])],
        "overridden": said,
        "what_if": what_if_of(made) if made else None,
        "skills": {level.skill_key: level for level in scoring.profile(assessment.pk)},
        "contests": scoring.standings(assessment.pk),
        "outside": catalog.outside_ids([line["skill_key"] for line in profile], marks.catalog),
        "spent_microcents": scoring.model_usage(assessment.pk).cost_microcents,
    }


def what_if_of(recommendation: Recommendation) -> WhatIf | None:
    """Return what would put another credential first; None while that is not worked out."""
    return _WHAT_IF.first(run=recommendation.pk)


def get_visible(*, by: User, recommendation_id: uuid.UUID) -> Recommendation:
    """Return one recommendation.

    Raises:
        RecommendationMissing: if it is not there or not for the caller to see; the two look the same.
    """
    rows = Recommendation.objects.filter(sees_student(by, path="assessment__user"), pk=recommendation_id)
    found = rows.select_related("assessment").first()
    if found is None or assessments.is_hidden_from(by, found.assessment):
        raise RecommendationMissing("No such recommendation.")
    return found


def with_evidence(rows: QuerySet[Recommendation]) -> QuerySet[Recommendation]:
    """Fetch items, their credentials and all traces in order."""
    traces = RagTrace.objects.order_by("rank")
    items = RecommendationItem.objects.order_by("position").select_related("credential", "override")
    return rows.prefetch_related(
        Prefetch("items", queryset=items.prefetch_related(Prefetch("traces", queryset=traces))),
        Prefetch("traces", queryset=traces),
    )
