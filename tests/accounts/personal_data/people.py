"""A student with a mark on everything that is theirs, and everything that can happen to a student."""

import json
from decimal import Decimal
from typing import Any

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.test import Client
from django.utils import timezone

from accounts import services as accounts
from accounts.models import User
from assessments.models import Assessment, QuestionSnapshot
from catalog.models import JobRole
from conversations import services as conversations
from ops.models import MetricSnapshot
from partners import services as partners
from recommendations import services as recommendations
from recommendations.models import LearnerProfile, Recommendation
from recommendations.services import refresh_histories
from scoring import oversight
from scoring.models import ModelCall, ModelCallContent
from tests.clients import client_of
from tests.companion.scenes import finished_assessment
from tests.factories.accounts import AdvisorAssignmentFactory, InstitutionLinkFactory, UserFactory
from tests.factories.assessments import question_id_of
from tests.factories.catalog import NOW
from tests.factories.conversations import EscalatedTurnFactory
from tests.factories.nudges import NudgeFactory, NudgePreferenceFactory
from tests.factories.partners import LtiGradeFactory, LtiLinkFactory
from tests.factories.practice import (
    CompletedStepFactory,
    PracticeAnswerFactory,
    PracticeGoalFactory,
    PracticeGoalSkillFactory,
    PracticeOverrideFactory,
    PracticeReportFactory,
    SkillRatingFactory,
    TaughtSkillFactory,
)
from tests.factories.recommendations import CredentialClaimFactory, LearnerCredentialFactory
from tests.factories.service_keys import service_key
from tests.factories.tutoring import (
    SessionTranscriptFactory,
    SummaryFactory,
    SummaryVersionFactory,
    line,
    step,
)

MARK = "zqxmark"
ESSAY = (
    f"{MARK} A report needs a question first, or nobody can act on what it shows them. "
    "I would compare both sources and weigh them, because the table is newer than the survey."
)


def marked_student() -> User:
    """Make a student about whom every personal table has rows, with the mark in whatever can hold words."""
    student: User = UserFactory(
        email=f"{MARK}@example.org", name=f"{MARK} Ferrante", profile={"class": f"{MARK}-7b"}
    )
    partners.register_endpoint(
        by=None, name="Partner", url="https://partner.example.org/", event_types=["recommendation.ready"]
    )
    InstitutionLinkFactory(person=student, subject=f"{MARK} subject")
    link = LtiLinkFactory(person=student, subject=f"{MARK} learner")
    LtiGradeFactory(person=student, platform=link.platform)
    advisor: User = AdvisorAssignmentFactory(student=student).advisor
    assessment = finished_assessment(student, essay=ESSAY, quoted="needs a question first")
    Assessment.objects.filter(pk=assessment.pk).update(
        completed_at=timezone.now(), metadata={"note": f"{MARK} metadata"}
    )
    _disagree(student, advisor, assessment)
    _use_the_api(student, assessment)
    _be_known(student, assessment)
    _practise(student)
    _ask(student)
    _be_taught(student)
    return student


def _disagree(student: User, advisor: User, assessment: Assessment) -> None:
    now = timezone.now()
    oversight.contest_skill(
        by=student, assessment_id=assessment.pk, skill_key="sql", reason=f"{MARK} reason", now=now
    )
    appeal = oversight.appeal(
        by=student,
        assessment_id=assessment.pk,
        question_id=question_id_of(assessment, "essay"),
        criterion="Reasoning",
        statement=f"{MARK} statement",
        now=now,
    )
    oversight.say(by=advisor, appeal_id=appeal.pk, text=f"Dear {MARK}, I will look.", now=now)
    oversight.override(
        by=advisor,
        assessment_id=assessment.pk,
        question_id=question_id_of(assessment, "numeric"),
        new=oversight.NewScore(score=Decimal(1)),
        reason=f"{MARK} is right.",
        now=now,
    )
    task = oversight.claim_next(by=advisor)
    assert task is not None
    oversight.add_example(
        by=advisor,
        question_id=question_id_of(assessment, "essay"),
        text=ESSAY.replace("the table is newer than the survey", "it is newer"),
        levels={"reasoning": "l1", "evidence": "l1"},
        note=f"{MARK} said it well.",
    )
    run = Recommendation.objects.get(assessment=assessment, effective=True)
    recommendations.override(
        by=advisor, recommendation_id=run.pk, action="remove",
        credential_id=run.items.values_list("credential_id", flat=True)[0],
        reason=f"{MARK} has done it.", now=now,
    )  # fmt: skip


def _use_the_api(student: User, assessment: Assessment) -> None:
    """Leave rows that only requests leave: stored answers, counters, sessions, consents."""
    client = client_of(student)
    run = Recommendation.objects.get(assessment=assessment, effective=True)
    said: dict[str, Any] = {"relevance_score": 4, "comments": f"{MARK} comment"}
    feedback = f"/api/v1/recommendations/{run.pk}/feedback"
    assert client.post(feedback, said, format="json", headers={"Idempotency-Key": "k"}).status_code == 201
    notices = client.get("/api/v1/notices").json()["items"]
    client.post("/api/v1/notices/seen", {"notice_ids": [notices[0]["notice_id"]]}, format="json")
    client.patch("/api/v1/me", {"model_scoring": True}, format="json")
    task = {
        "title": f"{MARK} task",
        "description": f"{MARK} words",
        "tags": [f"{MARK} tag"],
        "reference": f"{MARK}",
    }
    assert client.post("/api/v1/tasks", task, format="json").status_code == 201
    Client().force_login(student)


def _practise(student: User) -> None:
    """Leave what practising leaves, with the mark in a short answer and in a goal."""
    SkillRatingFactory(user=student)
    answered = PracticeAnswerFactory(assignment__user=student, answer={"text": f"{MARK} wrote this"})
    PracticeReportFactory(assignment=answered.assignment, comment=f"{MARK} does not agree.")
    goal = PracticeGoalFactory(user=student, title=f"{MARK} goal", tags=[f"{MARK} tag"])
    PracticeGoalSkillFactory(goal=goal)
    PracticeOverrideFactory(student=student, reason=f"{MARK} finds it easy.")
    CompletedStepFactory(user=student, source="session", reference=f"{MARK} session:1")
    TaughtSkillFactory(user=student, reference=f"{MARK} session")
    NudgeFactory(user=student, title=f"{MARK} goal", text=f"{MARK} text", reason=f"{MARK} reason")
    NudgePreferenceFactory(user=student)


def _ask(student: User) -> None:
    """Leave a question with the mark in all that was said, and the call of the model that answered it."""
    turn = EscalatedTurnFactory(
        conversation__user=student, question=f"{MARK} asks", topic=f"{MARK} asks", answer=f"{MARK} is told",
        citations=[{"snippet": f"{MARK} passage"}],
    )  # fmt: skip
    advisor = User.objects.filter(advised_links__student=student)[0]
    conversations.reply(by=advisor, turn_id=turn.pk, text=f"Dear {MARK}, take it.", now=timezone.now())
    conversations.write(by=student, turn_id=turn.pk, text=f"{MARK} thanks", now=timezone.now())
    call = ModelCall.objects.create(
        person=student, purpose="answers", provider="openai", host="api.example.org", model="small",
        prompt_version="answers-1", prompt_sha256="0" * 64, input_sha256="0" * 64, month=NOW.date().replace(day=1),
        reserved_microcents=1, started_at=NOW,
    )  # fmt: skip
    ModelCallContent.objects.create(call=call, kind="prompt", text=f"{MARK} asks")


def _be_taught(student: User) -> None:
    """Leave a session with the mark in all that was said and in what was made of it."""
    summary = SummaryFactory(user=student, tutor=f"{MARK} tutor", subject=f"{MARK} subject")
    SessionTranscriptFactory(summary=summary, said=f"Tutor: {MARK} says")
    SummaryVersionFactory(
        summary=summary, narrative=[{"text": f"{MARK} is told", "lines": [1]}], lines=[line(1, f"{MARK} says")],
        steps=[step(1, f"{MARK} reads")],
    )  # fmt: skip
    call = ModelCall.objects.create(
        person=student, purpose="summaries", provider="openai", host="api.example.org", model="small",
        prompt_version="summaries-1", prompt_sha256="0" * 64, input_sha256="0" * 64, month=NOW.date().replace(day=1),
        reserved_microcents=1, started_at=NOW,
    )  # fmt: skip
    ModelCallContent.objects.create(call=call, kind="prompt", text=f"1 tutor: {MARK} says")


def _be_known(student: User, assessment: Assessment) -> None:
    """Be in tables that other people and programs write."""
    LogEntry.objects.create(
        user=AdvisorAssignmentFactory(student=student).advisor, content_type=ContentType.objects.get_for_model(User),
        object_id=str(student.pk), object_repr=student.name, action_flag=CHANGE,
        change_message=json.dumps([{"changed": {"fields": [student.email]}}]),
    )  # fmt: skip
    role = JobRole.objects.get(pk=assessment.role_id)
    LearnerCredentialFactory(user=student)
    CredentialClaimFactory(user=student, note=f"{MARK} has it.", badge_achievement_name=f"{MARK} joins")
    refresh_histories(now=NOW)
    LearnerProfile.objects.get_or_create(
        user=student, role=role, defaults={"levels": {"sql": 2.0}, "recorded_at": NOW}
    )
    partners.note_reading(
        assessment_id=assessment.pk, service_key_id=service_key()[0].pk, program="Harbour", now=NOW
    )
    MetricSnapshot.objects.create(assessment=assessment, metric_type="seconds", value=1)
    snapshot = QuestionSnapshot.objects.get(assessment=assessment, question_type="essay")
    call = ModelCall.objects.create(
        assessment=assessment, purpose="scoring", provider="openai", host="api.example.org", model="small",
        prompt_version="essay-1", prompt_sha256="0" * 64, input_sha256="0" * 64, month=NOW.date().replace(day=1),
        reserved_microcents=1, started_at=NOW,
    )  # fmt: skip
    ModelCallContent.objects.create(
        call=call, kind="prompt", text=f"Judge this: {ESSAY} by the key: keycanary"
    )
    ModelCallContent.objects.create(
        call=call, kind="answer", text=ESSAY, question_snapshot=snapshot, label="e1", fingerprint="0" * 64
    )
    accounts.link_guardian(by=None, guardian=UserFactory(role="guardian"), student=student)
