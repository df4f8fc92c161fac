"""Starting an assessment: drawing questions and freezing them."""

import datetime as dt
import random
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.conf import settings
from django.db import transaction

from accounts.locking import lock_person
from accounts.models import User
from accounts.personal_data import consents
from assessments import queries
from assessments.assembly import PoolItem, assemble
from assessments.enums import AssessmentStatus
from assessments.models import Assessment, QuestionSnapshot
from catalog import queries as catalog
from catalog.enums import QuestionType
from microcred.compiled_queries import CompiledQuery
from microcred.errors import Invalid
from ops import audit

SEED_BITS = 62
# Says that a learner is made up; who could set it would vanish from the advisors' lists.
SYNTHETIC = "synthetic"
SHUFFLED_TYPES = frozenset({QuestionType.ORDERING, QuestionType.MATCHING})

_OPEN: Final = CompiledQuery(
    lambda user, role: Assessment.objects.filter(user=user, role=role, status=AssessmentStatus.IN_PROGRESS),
    user=uuid.UUID,
    role=uuid.UUID,
)


class RoleNotAssessable(Invalid):
    """There is no active role with this id, or its pool is empty."""

    default_code = "ROLE_400"


class MetadataReserved(Invalid):
    """The metadata uses a name that the product keeps for itself."""

    default_code = "METADATA_400"


class PrerequisitesMissing(Invalid):
    """Other roles must be completed first."""

    default_code = "PREREQUISITES_400"


@dataclass(frozen=True)
class Started:
    """An assessment to answer; ``is_new`` is false for one that was open already."""

    assessment: Assessment
    is_new: bool


def start(
    *,
    by: User,
    role_id: uuid.UUID,
    metadata: Mapping[str, Any],
    now: dt.datetime,
    model_scoring: bool | None = None,
) -> Started:
    """Start an assessment: draw questions from the role's pool and freeze them.

    A student has one open assessment a role at most, so that starting again and again does not lay the whole
    pool open: while one is open, starting returns it as it is. ``model_scoring`` says whether a model may score
    the essays; without it the student's own standing choice counts.

    Raises:
        MetadataReserved: if the metadata calls the assessment synthetic.
        RoleNotAssessable: if the role is unknown, inactive or has no published questions.
        PrerequisitesMissing: naming the roles that come first.
    """
    if SYNTHETIC in metadata:
        raise MetadataReserved(f"The name {SYNTHETIC!r} is reserved.", details={"field": "metadata"})
    found = _assessable(by, role_id)
    with transaction.atomic():
        lock_person(by.pk)
        standing = _OPEN.first(user=by.pk, role=role_id)
        if standing is not None and standing.expires_at > now:
            return Started(standing, is_new=False)
        if standing is not None:
            Assessment.objects.filter(pk=standing.pk).update(status=AssessmentStatus.EXPIRED, updated_at=now)
        fields = {"metadata": dict(metadata), "started_at": now, **_choice(by, model_scoring, now)}
        if model_scoring is not None:
            consents.record(person=by, purpose=consents.MODEL_SCORING, given=model_scoring, now=now)
        return Started(draw_questions(by, found, fields), is_new=True)


def draw_questions(by: User, found: catalog.Assessable, fields: dict[str, Any]) -> Assessment:
    """Store an open assessment of a role with ``fields``, its questions drawn from the pool and frozen."""
    role: Any = found.role
    seed = random.SystemRandom().getrandbits(SEED_BITS)
    lasts = dt.timedelta(hours=settings.ASSESSMENT_HOURS)
    assessment = Assessment.objects.create(
        user=by, role=role, seed=seed, expires_at=fields["started_at"] + lasts, **fields
    )
    chosen = _choose(found, size=role.assessment_size, seed=seed)
    QuestionSnapshot.objects.bulk_create(
        _freeze(assessment, question, position, seed) for position, question in enumerate(chosen, start=1)
    )
    audit.record(
        by=by,
        action="assessment.started",
        resource_type="assessment",
        resource_id=assessment.pk,
        metadata={"model_scoring": assessment.model_scoring},
    )
    return assessment


def _assessable(by: User, role_id: uuid.UUID) -> catalog.Assessable:
    found = catalog.assessable(role_id)
    if found.role is None or not found.pool:
        raise RoleNotAssessable("No such role can be assessed.", details={"field": "role_id"})
    missing = queries.missing_prerequisites(user=by, role=found.role)
    if missing:
        raise PrerequisitesMissing(
            "Complete the assessments of these roles first: "
            + ", ".join(item.name for item in missing)
            + ".",
            details={"missing_roles": [{"role_id": str(item.pk), "name": item.name} for item in missing]},
        )
    return found


def _choice(student: User, said: bool | None, now: dt.datetime) -> dict[str, Any]:
    """Whether a model may score, and since when: as said now, else as the student chose, else yes."""
    if said is not None:
        return {"model_scoring": said, "model_scoring_decided_at": now}
    return {
        "model_scoring": student.model_scoring,
        "model_scoring_decided_at": student.model_scoring_decided_at,
    }


def _choose(found: catalog.Assessable, *, size: int, seed: int) -> list[catalog.PoolQuestion]:
    by_key = {str(question.question_id): question for question in found.pool}
    items = [
        PoolItem(
            key=key,
            question_type=question.content["question_type"],
            difficulty=question.content["difficulty"],
            skills={entry["skill"]: float(entry["weight"]) for entry in question.content["skills"]},
        )
        for key, question in by_key.items()
    ]
    importance = {need.skill_key: need.importance for need in found.needs}
    return [by_key[item.key] for item in assemble(items, importance=importance, size=size, seed=seed)]


def _freeze(
    assessment: Assessment, question: catalog.PoolQuestion, position: int, seed: int
) -> QuestionSnapshot:
    content = question.content
    choices = content["choices"]
    if choices and content["question_type"] in SHUFFLED_TYPES:
        # The order in which staff wrote these down often is the answer.
        choices = random.Random(seed + position).sample(choices, len(choices))  # noqa: S311
    return QuestionSnapshot(
        assessment=assessment,
        question_id=question.question_id,
        question_version_id=question.version_id,
        position=position,
        question_type=content["question_type"],
        prompt=content["prompt"],
        choices=choices,
        answer_format=content["answer_format"],
        rules=content["rules"],
        rubric=content["rubric"],
        feedback=content["feedback"],
        skills=content["skills"],
        weight=content["weight"],
        required=content["required"],
        version=question.version,
    )
