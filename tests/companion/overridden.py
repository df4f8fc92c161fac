"""A student with something of every kind that an advisor may override."""

from dataclasses import dataclass
from typing import Any

from accounts.models import User
from assessments.models import Assessment
from practice.models import PracticeGoal
from recommendations.models import Recommendation
from tests.clients import client_of
from tests.companion.scenes import advised_student, finished_assessment
from tests.factories.assessments import question_id_of
from tests.factories.practice import PracticeGoalFactory, PracticeItemFactory
from tests.factories.tutoring import SummaryVersionFactory
from tutoring.models import SessionSummary

OVERRIDES = "/api/v1/overrides"
REASON = "We talked about it."


@dataclass(frozen=True)
class Scene:
    """Who, and what they have."""

    advisor: User
    student: User
    assessment: Assessment
    goal: PracticeGoal
    summary: SessionSummary

    def body(self, kind: str, **fields: Any) -> dict[str, Any]:
        """Return what overrides something of this kind."""
        return {"kind": kind, "reason": REASON, **_BODIES[kind](self), **fields}

    def override(self, kind: str, by: User | None = None, **fields: Any) -> dict[str, Any]:
        """Override something of this kind; return the answer."""
        answer = client_of(by or self.advisor).post(OVERRIDES, self.body(kind, **fields), format="json")
        assert answer.status_code == 201, answer.content
        told: dict[str, Any] = answer.json()
        return told

    def list_in_effect(self) -> Recommendation:
        """Return the list that the student is shown."""
        return Recommendation.objects.get(assessment=self.assessment, effective=True)


def scene(advisor: User | None = None) -> Scene:
    """Make one."""
    advising, student = advised_student(advisor)
    assessment = finished_assessment(student)
    PracticeItemFactory()
    goal = PracticeGoalFactory(user=student)
    return Scene(advising, student, assessment, goal, SummaryVersionFactory(summary__user=student).summary)


def _list(scene: Scene) -> dict[str, Any]:
    found = scene.list_in_effect()
    last = found.items.order_by("-position")[0]
    return {
        "recommendation_id": str(found.pk),
        "action": "remove",
        "credential_id": str(last.credential_id),
    }


_BODIES: dict[str, Any] = {
    "practice": lambda scene: {"student_id": str(scene.student.pk), "skill": "sql", "difficulty": 3},
    "goal": lambda scene: {"goal_id": str(scene.goal.pk), "target_difficulty": 4},
    "summary": lambda scene: {"summary_id": str(scene.summary.pk), "narrative": "We talked about joins."},
    "score": lambda scene: {
        "assessment_id": str(scene.assessment.pk),
        "question_id": str(question_id_of(scene.assessment, "numeric")),
        "score": "1",
    },
    "recommendation": _list,
}
KINDS = list(_BODIES)
