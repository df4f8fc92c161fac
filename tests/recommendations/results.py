"""Completed assessments with a decision record, and ways to tamper with what they rest on."""

from collections.abc import Sequence
from typing import Any

from django.db import connection

from assessments.models import Assessment
from catalog.models import JobRole
from ops import jobs
from recommendations import queries, record_replay, verifying
from recommendations.models import Recommendation
from scoring.replay import Difference
from tests.factories.assessments import RIGHT_ANSWERS, submitted_assessment
from tests.factories.recommendations import embed_all, offered, past_learner


def completed(*, learners: int = 0, role: JobRole | None = None, **submitted: Any) -> Assessment:
    """An assessment with every question type that went through the whole job, with so many past learners to compare.

    One answer is wrong, so that there is something to recommend.
    """
    answers = RIGHT_ANSWERS | {"multiple_choice": "c1"}
    assessment = submitted_assessment(role=role, **{"answers": answers, **submitted})
    skills = sorted({skill["skill"] for row in assessment.snapshots.all() for skill in row.skills})
    earned = []
    for key in skills:
        earned.append(offered(f"{key}-next", text=f"Practise {key} on real cases", roles=(), **{key: 4.0}))
        offered(f"{key}-first", text=f"Begin with {key}", roles=(), **{key: 2.5})
    for number in range(learners):
        levels: dict[str, Any] = dict.fromkeys(skills, 1 + number % 4 * 0.5)
        past_learner(assessment.role, credentials=earned, **levels)
    embed_all()
    work_off(assessment)
    return assessment


def effective(assessment: Assessment) -> Recommendation:
    """Return the list in effect."""
    found = queries.effective(assessment.pk)
    assert found is not None
    return found


def work_off(assessment: Assessment) -> None:
    """Do all background work that waits."""
    jobs.drain(skip_waits=True)
    assessment.refresh_from_db()


def tamper(sql: str, values: Sequence[Any] = ()) -> int:
    """Change rows as somebody could who owns the database; return how many."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(sql, values)
        changed: int = cursor.rowcount
        cursor.execute("SET LOCAL session_replication_role = origin")
    return changed


def found(assessment: Assessment) -> list[Difference]:
    """Return what replaying the newest record of an assessment finds."""
    return list(record_replay.replay(assessment.pk)[-1].differences)


def differences(assessment: Assessment) -> list[str]:
    """Return what replaying all records of an assessment finds, in words."""
    return [str(one) for replayed in record_replay.replay(assessment.pk) for one in replayed.differences]


def whole(records: int) -> bool:
    """Whether there are so many records, all as they were written."""
    verified = verifying.verify()
    return (verified.records, verified.broken) == (records, None)
