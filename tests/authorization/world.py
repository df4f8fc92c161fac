"""One small institution for the whole matrix: a student whose things everybody tries to reach, and those around."""

import datetime as dt
import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.apps import apps
from django.contrib.auth.hashers import make_password
from django.contrib.contenttypes.models import ContentType
from django.utils import timezone

from accounts import password_links, tokens
from accounts import services as accounts
from accounts.enums import Role, Scope
from accounts.models import ServiceKey, User
from accounts.personal_data import erasing, exports
from assessments import services
from assessments.models import Assessment
from catalog import services as catalog
from catalog.models import Credential, JobRole, Question
from conversations import services as conversations
from nudges.signed_links import MarkedFor, signed_token
from partners import services as partners
from planner import services as planner
from recommendations import services as recommendations
from recommendations.models import Recommendation
from scoring import oversight
from scoring.models import CalibrationExample, ModelBatch, ModelCall, ReviewerCalibration, ScorerVersion
from tests.authorization.actors import Caller, Credentials, credentials, session_of
from tests.authorization.marks import ESSAY, KEY, NAME, WRITTEN
from tests.companion.scenes import advised_student, finished_assessment
from tests.factories.accounts import AdminFactory, AdvisorAssignmentFactory, AdvisorFactory, UserFactory
from tests.factories.assessments import RIGHT_ANSWERS, given_answers, question_id_of, started_assessment
from tests.factories.catalog import NOW, role_with_every_type
from tests.factories.conversations import EscalatedTurnFactory, TurnFactory
from tests.factories.nudges import NudgeFactory
from tests.factories.partners import LtiGradeFactory, LtiLinkFactory
from tests.factories.practice import (
    PracticeAssignmentFactory,
    PracticeDraftFactory,
    PracticeGoalFactory,
    PracticeItemFactory,
)
from tests.factories.recommendations import (
    BadgeIssuerKeyFactory,
    CredentialClaimFactory,
    LearnerCredentialFactory,
)
from tests.factories.releases import gated
from tests.factories.tutoring import SessionTranscriptFactory, SummaryVersionFactory, line, step

PASSWORD = "correct horse battery"
PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>")
SOMEWHERE = "https://partner.example.org/hook"


@dataclass
class World:
    """The people, their things by the names that the matrix uses, and who calls."""

    people: dict[str, User]
    things: dict[str, dict[str, str]]
    caller: Caller
    rows: dict[str, Any] = field(default_factory=dict)

    def path(self, route: str, thing: str, *, missing: bool = False) -> str:
        """Return the address of a thing, or of one of its kind that is not there."""
        given = self.things.get(thing, {})

        def filled(parameter: re.Match[str]) -> str:
            value = given[parameter[1]]
            return absent(value) if missing else value

        return "/" + PARAMETER.sub(filled, route)


def absent(value: str) -> str:
    """Return a value of the same kind that names nothing; what is no id stays."""
    try:
        uuid.UUID(value)
    except ValueError:
        return "999999999" if value.isdigit() else value
    return str(uuid.UUID(int=7))


@contextmanager
def released_by_staff() -> Iterator[None]:
    """Roles that are made meanwhile hold their results back."""
    policy = JobRole._meta.get_field("release_policy")
    before, policy.default = policy.default, "staff"
    try:
        yield
    finally:
        policy.default = before


def build() -> World:
    """Make the world, by the services that make it in earnest."""
    people = _people()
    partners.register_endpoint(
        by=people["admin"],
        name="Partner",
        url=SOMEWHERE,
        event_types=["assessment.completed", "recommendation.ready"],
    )
    owner, advisor = people["owner"], people["advisor"]
    finished, fresh = finished_assessment(owner, essay=ESSAY), finished_assessment(owner, essay=ESSAY)
    with released_by_staff():
        held = finished_assessment(owner, essay=ESSAY)
    Assessment.objects.filter(user=owner).update(completed_at=timezone.now())
    now = timezone.now()
    opened = started_assessment(user=owner, now=now)
    answered_all = started_assessment(user=owner, now=now)
    services.submit(
        by=owner,
        assessment_id=answered_all.pk,
        answers=given_answers(answered_all, RIGHT_ANSWERS | {"essay": ESSAY}),
        completed=False,
        now=now,
    )
    theirs = started_assessment(user=people["other"], now=now)
    oversight.contest_skill(
        by=owner, assessment_id=finished.pk, skill_key="sql", reason="I know more than that.", now=now
    )
    appeal = oversight.appeal(
        by=owner,
        assessment_id=finished.pk,
        question_id=question_id_of(finished, "essay"),
        criterion="Reasoning",
        statement=f"{WRITTEN}: I did ask for it.",
        now=now,
    )
    oversight.override(
        by=advisor,
        assessment_id=fresh.pk,
        question_id=question_id_of(fresh, "numeric"),
        new=oversight.NewScore(score=Decimal(1)),
        reason="It was right after all.",
        now=now,
    )
    task = oversight.claim_next(by=advisor)
    assert task is not None
    world = World(people, {}, Caller(credentials(people)))
    of_program = _endpoints()
    accounts.disable(by=None, person=people["disabled"])
    gone = _erased(world)
    world.rows = {
        "finished": finished, "fresh": fresh, "held": held, "opened": opened, "theirs": theirs, "appeal": appeal,
        "answered_all": answered_all, "task": task, "role": role_with_every_type(),
        "recommendation": _run(finished), "fresh_run": _run(fresh),
        "credential": Credential.objects.filter(documents__isnull=False).first(),
        "superseded": _superseded(fresh), "refresh": tokens.issue(owner).refresh, "gone": gone,
        "password_link": password_links.make(by=people["admin"], person=people["other"], now=now),
        **of_program, **_tasks(owner, now), **_practice(owner), **_questions(owner),
        **_sessions(owner),
    }  # fmt: skip
    _admin_rows(world)
    world.things = _things(world)
    return world


def _endpoints() -> dict[str, Any]:
    """Register what belongs to the program with every scope: an endpoint with a dead letter, and one that is off."""
    program = ServiceKey.objects.filter(scopes__len=len(Scope), revoked_at__isnull=True).order_by("pk")[0]
    made = [
        partners.register_endpoint(
            by=None,
            name=name,
            url=SOMEWHERE,
            event_types=["assessment.failed", "recommendation.feedback"],
            service_key_id=program.pk,
        )[0]
        for name in ("Harbour", "Harbour by night")
    ]
    now = timezone.now()
    delivery = partners.send_test(by=None, endpoint_id=made[0].pk, now=now)
    partners.abandon(delivery_id=delivery.pk, number=1, reason="gave_up")
    partners.deactivate(by=None, endpoint_id=made[1].pk, now=now)
    return {"endpoint": made[0], "silent": made[1], "delivery": delivery}


def _tasks(owner: User, now: dt.datetime) -> dict[str, Any]:
    """Set the owner two tasks, of which one is done."""
    planned, ticked = (
        planner.create_task(by=owner, owner_id=owner.pk, now=now, title=f"{WRITTEN}: {what}")
        for what in ("read", "practise")
    )
    planner.complete_task(by=owner, task_id=ticked.pk, now=now)
    return {"planned": planned, "ticked": ticked}


def _practice(owner: User) -> dict[str, Any]:
    """Give the owner something to practise with, whose key is marked, and a goal."""
    rules = {"kind": "short_text", "accepted": [{"text": word, "credit": "1"} for word in ("having", KEY)]}
    item = PracticeItemFactory(question_type="short_text", choices=None, answer_format={}, rules=rules)
    return {
        "practised": PracticeAssignmentFactory(user=owner, item=item),
        "goal": PracticeGoalFactory(user=owner, title=f"{WRITTEN}: joins"),
        "nudge": NudgeFactory(user=owner, title=f"{WRITTEN}: joins"),
    }


def _questions(owner: User) -> dict[str, Any]:
    """Give the owner a conversation in which one question is answered and one waits for the advisor."""
    answered = TurnFactory(
        conversation__user=owner, conversation__asked=2, question=f"{WRITTEN}: which course?"
    )
    escalated = EscalatedTurnFactory(conversation=answered.conversation, number=2)
    conversations.write(by=owner, turn_id=escalated.pk, text=f"{WRITTEN}: by Monday.", now=timezone.now())
    return {"answered": answered, "escalated": escalated}


def _sessions(owner: User) -> dict[str, Any]:
    """Give the owner a session with its summary."""
    version = SummaryVersionFactory(
        summary__user=owner, steps=[step(1, f"{WRITTEN}: write three queries")], lines=[line(1, f"{WRITTEN}: joins")]
    )  # fmt: skip
    SessionTranscriptFactory(summary=version.summary, said=f"Tutor: {WRITTEN}")
    return {"summarised": version.summary}


def _erased(world: World) -> uuid.UUID:
    """Have a student of the advisor erased, who was logged in; return the id that their assessment had."""
    student = AdvisorAssignmentFactory(advisor=world.people["advisor"]).student
    now = timezone.now()
    assessment = started_assessment(user=student, now=now)
    world.caller.known = {
        **world.caller.known,
        "erased": Credentials(header=f"Bearer {tokens.issue(student).access}", session=session_of(student)),
    }
    request = erasing.request_erasure(by=student, person=student, now=now)
    erasing.erase(request.pk, now=request.due_at)
    return assessment.pk


def _people() -> dict[str, User]:
    advisor, owner = advised_student()
    owner.name, owner.email = f"{NAME} Ferrante", f"{NAME.lower()}@example.org"
    owner.password = make_password(PASSWORD)
    owner.save()
    people = {
        "owner": owner,
        "other": UserFactory(),
        "advisor": advisor,
        "advisor2": AdvisorFactory(),
        "guardian": UserFactory(role=Role.GUARDIAN),
        "admin": AdminFactory(),
        "disabled": AdvisorAssignmentFactory(student=owner).advisor,
    }
    accounts.link_guardian(by=None, guardian=people["guardian"], student=owner)
    return people


def _run(assessment: Assessment) -> Recommendation:
    return Recommendation.objects.get(assessment=assessment, effective=True)


def _superseded(assessment: Assessment) -> Question:
    """Return a question of the assessment of which there is a newer version."""
    question = Question.objects.get(pk=question_id_of(assessment, "multiple_choice"))
    question.rules = {"kind": "choice", "correct": ["c1"], "scoring": "all_or_nothing"}
    question.save()
    catalog.publish_question(by=None, question=question, now=NOW.replace(hour=12))
    return question


def _admin_rows(world: World) -> None:
    """Make a row of what the admin lists and the assessments have not brought about."""
    admin, owner = world.people["admin"], world.people["owner"]
    essay = Question.objects.get(pk=question_id_of(world.rows["finished"], "essay"))
    CalibrationExample.objects.create(
        question=essay, text="An answer.", levels={"reasoning": "l1", "evidence": "l1"}
    )
    for somebody in ("owner", "advisor", "admin"):
        recommendations.record_feedback(
            by=world.people[somebody],
            recommendation_id=world.rows["recommendation"].pk,
            relevance_score=5,
            now=NOW,
        )
    finished, endpoint = world.rows["finished"], world.rows["endpoint"]
    partners.note_reading(
        assessment_id=finished.pk, service_key_id=endpoint.service_key_id, program="Harbour", now=NOW
    )
    world.rows["course-link"] = LtiLinkFactory(person=owner)
    LtiGradeFactory(person=owner, platform=world.rows["course-link"].platform, role=world.rows["role"])
    exports.request_copy(by=owner, now=NOW)
    accounts.choose_model_scoring(by=owner, allowed=True, now=NOW)
    erasing.request_erasure(by=owner, person=owner, now=timezone.now())
    LearnerCredentialFactory(user=owner, credential=world.rows["credential"])
    world.rows["claim"] = CredentialClaimFactory(user=owner, note=f"{WRITTEN}: at school.")
    world.rows["judged"] = CredentialClaimFactory(
        user=owner,
        decision="refused",
        reason="There is no record.",
        decided_by=world.people["advisor"],
        decided_at=NOW,
    )
    BadgeIssuerKeyFactory()
    PracticeDraftFactory()
    gated()
    world.rows["essay"] = essay
    question = {"question": essay, "question_version": essay.versions.first()}
    ModelBatch.objects.create(
        **question, provider="openai", host="api.example.org", model="small", prompt_version="essay-1", requests=1,
        created_at=NOW,
    )  # fmt: skip
    ScorerVersion.objects.create(
        question=essay, version=1, format="1", encoder="words", data_hash="0" * 64, task_hash="0" * 64, figures={},
        artefact=b"", trained_by=admin, created_at=NOW,
    )  # fmt: skip
    ReviewerCalibration.objects.create(
        reviewer=admin, question=essay, examples_hash="0" * 64, marks={}, agreement=1, passed=True
    )
    ModelCall.objects.create(
        assessment=world.rows["finished"], purpose="scoring", provider="openai", host="api.example.org", model="small",
        prompt_version="essay-1", prompt_sha256="0" * 64, input_sha256="0" * 64, month=NOW.date().replace(day=1),
        reserved_microcents=1, started_at=NOW,
    )  # fmt: skip


def _things(world: World) -> dict[str, dict[str, str]]:
    """By the name in the matrix, the parameters of an address."""
    rows = world.rows
    finished, fresh = str(rows["finished"].pk), str(rows["fresh"].pk)
    content_type = ContentType.objects.get_for_model(Assessment)
    document = rows["credential"].documents.first()
    ids = {
        "assessment": {"assessment_id": finished, "skill": "sql"},
        "fresh": {"assessment_id": fresh, "skill": "sql"},
        "open": {"assessment_id": str(rows["opened"].pk)},
        "answered-all": {"assessment_id": str(rows["answered_all"].pk)},
        "held": {"assessment_id": str(rows["held"].pk)},
        "recommendation": {"recommendation_id": str(rows["recommendation"].pk)},
        "appeal": {"appeal_id": str(rows["appeal"].pk)},
        "task": {"task_id": str(rows["task"].pk)},
        "pupil": {"student_id": str(world.people["owner"].pk)},
        "practised": {"assignment_id": str(rows["practised"].pk)},
        "goal": {"goal_id": str(rows["goal"].pk), "assessment_id": finished},
        "nudge": {"nudge_id": str(rows["nudge"].pk)},
        "way-out": {"token": signed_token(world.people["owner"].pk, MarkedFor.STOP)},
        "way-in": {"token": signed_token(rows["nudge"].pk, MarkedFor.CLICK)},
        "answered": {"query_id": str(rows["answered"].pk)},
        "escalated": {"query_id": str(rows["escalated"].pk)},
        "taught": {"user_id": str(world.people["owner"].pk)},
        "summarised": {
            "user_id": str(world.people["owner"].pk),
            "summary_id": str(rows["summarised"].pk),
            "number": "1",
        },
        "conversation": {"conversation_id": str(rows["answered"].conversation_id)},
        "planned": {"task_id": str(rows["planned"].pk)},
        "ticked": {"task_id": str(rows["ticked"].pk)},
        "claimed": {"credential_id": str(rows["claim"].credential_id)},
        "course-link": {"link_id": str(rows["course-link"].pk)},
        "judged": {"credential_id": str(rows["judged"].credential_id)},
        "document": {"document_id": str(document.pk)},
        "credential": {"credential_id": str(rows["credential"].pk)},
        "question": {"question_id": str(rows["superseded"].pk)},
        "essay": {"question_id": str(question_id_of(rows["finished"], "essay"))},
        "role": {"role_id": str(rows["finished"].role_id)},
        "comparison": {
            "role_id": str(rows["finished"].role_id),
            "question_id": str(question_id_of(rows["finished"], "essay")),
        },
        "endpoint": {"endpoint_id": str(rows["endpoint"].pk)},
        "silent": {"endpoint_id": str(rows["silent"].pk)},
        "delivery": {"delivery_id": str(rows["delivery"].pk)},
        "schema": {"name": "rubric"},
        "app": {"app_label": "ops"},
        "page": {"url": "nowhere/"},
        "link": {"content_type_id": str(content_type.pk), "object_id": finished},
    }
    return ids | {f"{label}": {"object_id": pk} for label, pk in _newest_rows()}


def _newest_rows() -> Iterator[tuple[str, str]]:
    """The first row of every table that the admin lists."""
    for model in apps.get_models():
        row = model._default_manager.order_by("pk").first()
        if row is not None:
            yield f"{model._meta.app_label}/{model._meta.model_name}", str(row.pk)
