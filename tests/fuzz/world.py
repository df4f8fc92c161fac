"""A small world behind the API, so that most ids in a request can be ones that exist."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from accounts import tokens
from accounts.enums import Role
from accounts.models import GuardianLink, ServiceKey, User
from accounts.token_signing import AccessToken
from partners import services as partners
from recommendations.services import store
from scoring.oversight import appeals
from tests.factories.accounts import AdminFactory, AdvisorAssignmentFactory, UserFactory
from tests.factories.assessments import question_id_of, started_assessment, submitted_assessment
from tests.factories.catalog import CredentialFactory
from tests.factories.conversations import ConversationFactory, EscalatedTurnFactory, TurnFactory
from tests.factories.oversight import judged_assessment
from tests.factories.planner import TaskFactory
from tests.factories.practice import PracticeAssignmentFactory, PracticeGoalFactory
from tests.factories.recommendations import RagTraceFactory, RecommendationItemFactory
from tests.factories.service_keys import service_key
from tests.factories.tutoring import SummaryVersionFactory, step
from tests.recommendations.test_runs import draft
from tutoring import services as tutoring


@dataclass(frozen=True)
class World:
    """Headers that let each kind of caller in, the ids that exist, by the name of their parameter, and the address and
    secret of a tutoring system."""

    callers: dict[str, dict[str, str]]
    ids: dict[str, list[str]]
    tutoring: tuple[str, str]


def populate() -> World:
    """Make a student with an open, a judged and a recommended assessment, everybody who may see them, and a program
    that listens."""
    student: User = UserFactory()
    now = timezone.now()
    opened = started_assessment(user=student, now=now)
    judged = judged_assessment(student=student, now=now)
    recommended = store(assessment_id=submitted_assessment(user=student).pk, draft=draft(), now=now)
    item = RecommendationItemFactory(recommendation=recommended, credential=CredentialFactory())
    item.traces.add(RagTraceFactory(recommendation=recommended, credential=item.credential))
    essay = question_id_of(judged, "essay")
    appeal = appeals.appeal(
        by=student,
        assessment_id=judged.pk,
        question_id=essay,
        criterion="reasoning",
        statement="Why?",
        now=now,
    )
    ids: dict[str, list[Any]] = {
        "assessment_id": [opened.pk, judged.pk, recommended.assessment_id],
        "role_id": [opened.role_id, judged.role_id],
        "question_id": [question_id_of(opened, "numeric"), essay],
        "recommendation_id": [recommended.pk],
        "credential_id": [item.credential_id],
        "appeal_id": [appeal.pk],
        "student_id": [student.pk],
        "user_id": [student.pk],
        "assignment_id": [PracticeAssignmentFactory(user=student).pk],
        "query_id": [
            TurnFactory(conversation__user=student).pk,
            EscalatedTurnFactory(conversation__user=student).pk,
        ],
        "conversation_id": [ConversationFactory(user=student).pk],
        "summary_id": [SummaryVersionFactory(summary__user=student, steps=[step(1, "Read.")]).summary_id],
        "goal_id": [PracticeGoalFactory(user=student).pk for _ in range(2)],
        "task_id": [TaskFactory(user=student).pk for _ in range(3)],
    }
    program, text = service_key()
    ids |= _listening(program)
    source, secret = tutoring.add_source(by=None, name="Harbour Tutors")
    shown = {name: [str(one) for one in some] for name, some in ids.items()}
    return World(_callers(student, text), shown, (f"source={source.pk}", secret))


def _listening(program: ServiceKey) -> dict[str, list[Any]]:
    """Register an endpoint of the program's, with a delivery that was given up."""
    endpoint, _ = partners.register_endpoint(
        by=None,
        name="Harbour",
        url="https://harbour.example/hooks",
        event_types=["assessment.failed"],
        service_key_id=program.pk,
    )
    delivery = partners.send_test(by=None, endpoint_id=endpoint.pk, now=timezone.now())
    partners.abandon(delivery_id=delivery.pk, number=1, reason="gave_up")
    return {"endpoint_id": [endpoint.pk], "delivery_id": [delivery.pk]}


def _callers(student: User, key: str) -> dict[str, dict[str, str]]:
    guardian: User = UserFactory(role=Role.GUARDIAN)
    GuardianLink.objects.create(guardian=guardian, student=student)
    people = {
        "student": student,
        "advisor": AdvisorAssignmentFactory(student=student).advisor,
        "guardian": guardian,
        "admin": AdminFactory(),
    }
    callers = {name: {"Authorization": f"Bearer {_lasting(person)}"} for name, person in people.items()}
    return callers | {"service": {"X-API-Key": key}}


def _lasting(person: User) -> str:
    """Return an access token for as long as any run takes."""
    token = AccessToken(tokens.issue(person).access)  # type: ignore[arg-type]
    token.set_exp(lifetime=dt.timedelta(days=1))
    return str(token)
