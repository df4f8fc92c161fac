"""What is sent to each route that changes something, so that whoever may do it succeeds."""

import uuid
from collections.abc import Callable
from typing import Any

from accounts.models import User
from accounts.personal_data import consents
from assessments.queries import answers_version
from scoring.models import CalibrationExample, ScoreChange
from scoring.queries import question_results, score_version
from tests.authorization.world import PASSWORD, World
from tests.factories.assessments import GOOD_ESSAY, question_id_of

API = "api/v1/"
ONE = "api/v1/assessments/<uuid:assessment_id>"
PAGE = "advisor/assessments/<uuid:assessment_id>"
OWN = "student/assessments/<uuid:assessment_id>"


def _override(world: World) -> dict[str, Any]:
    finished = world.rows["finished"]
    return {
        "assessment_id": str(finished.pk),
        "question_id": str(question_id_of(finished, "numeric")),
        "score": "1",
        "reason": "It was right after all.",
    }


def _override_on_page(world: World) -> dict[str, Any]:
    wanted = _override(world)
    (result,) = [
        one
        for one in question_results(world.rows["finished"].pk)
        if str(one.question.question_id) == wanted["question_id"]
    ]
    return {**wanted, "version": score_version(result)}


def _list_override(world: World) -> dict[str, Any]:
    first = world.rows["recommendation"].items.order_by("position")[0]
    return {"action": "remove", "credential_id": str(first.credential_id), "reason": "You have done it."}


def _answer(world: World) -> dict[str, Any]:
    question = str(question_id_of(world.rows["opened"], "essay"))
    return {"responses": [{"question_id": question, "answer": GOOD_ESSAY}]}


def _answer_on_page(world: World) -> dict[str, Any]:
    opened = world.rows["opened"]
    position = opened.snapshots.get(question_type="essay").position
    return {f"q{position}-text": GOOD_ESSAY}


def _appeal(world: World) -> dict[str, Any]:
    question = str(question_id_of(world.rows["finished"], "numeric"))
    return {"question_id": question, "statement": "Seven is right."}


def _levels(world: World) -> dict[str, Any]:
    return {"level-reasoning": "l1", "level-evidence": "l1"}


def _owners(world: World) -> dict[str, Any]:
    return {"user_id": str(world.people["owner"].pk)}


def _examples(world: World) -> dict[str, Any]:
    prefixes = [str(pk) for pk in CalibrationExample.objects.values_list("pk", flat=True)]
    return {f"{prefix}-{name}": level for prefix in prefixes for name, level in _levels(world).items()}


def _model_choice(world: World) -> dict[str, Any]:
    seen = User.objects.get(pk=world.people["owner"].pk).version
    return {"allowed": "no", "version": consents.CURRENT[consents.MODEL_SCORING], "seen": seen}


BODIES: dict[tuple[str, str], Callable[[World], Any]] = {
    ("POST", "login"): lambda world: {"username": world.people["owner"].email, "password": PASSWORD},
    ("POST", "password"): lambda world: {
        "old_password": PASSWORD, "new_password1": "another horse 77", "new_password2": "another horse 77",
    },
    ("POST", "password/new"): lambda world: {
        "code": world.rows["password_link"], "new_password1": "another horse 77", "new_password2": "another horse 77",
    },
    ("POST", "password/forgotten"): lambda world: {"email": world.people["owner"].email},
    ("POST", API + "auth/password/forgotten"): lambda world: {"email": world.people["owner"].email},
    ("POST", API + "auth/password/reset"): lambda world: {
        "code": world.rows["password_link"], "password": "another horse 77",
    },
    ("POST", "prove"): lambda world: {"password": PASSWORD},
    ("POST", "log-ins"): lambda world: {"which": "all", "password": PASSWORD},
    ("POST", API + "me/log-ins/end"): lambda world: {"password": PASSWORD},
    ("POST", API + "auth/token"): lambda world: {"email": world.people["owner"].email, "password": PASSWORD},
    ("POST", API + "auth/token/refresh"): lambda world: {"refresh": world.rows["refresh"]},
    ("POST", API + "auth/logout"): lambda world: {"refresh": world.rows["refresh"]},
    ("POST", API + "me/erasure"): lambda world: {"password": PASSWORD},
    ("POST", API + "me/credentials"): lambda world: {"credential_id": str(world.rows["credential"].pk)},
    ("POST", API + "me/credentials/<uuid:credential_id>/seen"): lambda world: {
        "decided_at": world.rows["judged"].decided_at.isoformat()
    },
    ("POST", "student/credentials/<uuid:credential_id>/seen"): lambda world: {
        "decided_at": world.rows["judged"].decided_at.isoformat()
    },
    ("PATCH", API + "me"): lambda world: {"model_scoring": False},
    ("POST", API + "assessments/start"): lambda world: {"role_id": str(world.rows["role"].pk)},
    ("POST", ONE + "/responses"): _answer,
    ("POST", ONE + "/appeals"): _appeal,
    ("POST", ONE + "/skills/<slug:skill>/contest"): lambda world: {"reason": "I know more."},
    ("POST", ONE + "/skills/<slug:skill>/check"): lambda world: {"level": "3.5", "reason": "We talked."},
    ("POST", API + "overrides"): _override,
    ("POST", API + "notices/seen"): lambda world: {
        "notice_ids": [str(ScoreChange.objects.values_list("pk", flat=True).get())]
    },
    ("POST", API + "appeals/<uuid:appeal_id>/messages"): lambda world: {"text": "Please look again."},
    ("POST", API + "recommendations/<uuid:recommendation_id>/feedback"): lambda world: {"relevance_score": 4},
    ("POST", API + "recommendations/<uuid:recommendation_id>/override"): _list_override,
    ("POST", API + "webhooks/endpoints"): lambda world: {
        "name": "Harbour", "url": "https://harbour.example.org/hook", "event_types": ["assessment.completed"],
    },
    ("PATCH", API + "webhooks/endpoints/<uuid:endpoint_id>"): lambda world: {"name": "Another"},
    ("POST", API + "webhooks/endpoints/<uuid:endpoint_id>/replay"): lambda world: {"since": "2026-01-01T00:00:00Z"},
    ("GET", API + "tasks"): _owners,
    ("POST", API + "tasks"): lambda world: {**_owners(world), "title": "Read about joins"},
    ("GET", API + "tasks/stats"): _owners,
    ("POST", API + "tasks/bulk"): lambda world: {
        **_owners(world), "operations": [{"op": "create", "task": {"title": "Read about joins"}}],
    },
    ("POST", API + "practice/complete"): lambda world: {
        "assignment_id": str(world.rows["practised"].pk), "answer": "having",
    },
    ("POST", API + "practice/assignments/<uuid:assignment_id>/report"): lambda world: {"reason": "unclear"},
    ("POST", API + "qa/query"): lambda world: {"question": "Which course covers outer joins?"},
    ("POST", API + "qa/query/<uuid:query_id>/reply"): lambda world: {"text": "Take the one on joins."},
    ("POST", API + "qa/threads/<uuid:query_id>/messages"): lambda world: {"text": "When is it?"},
    ("POST", API + "qa/threads/<uuid:query_id>/read"): lambda world: {"up_to": 0},
    ("POST", API + "qa/threads/<uuid:query_id>/close"): lambda world: {"up_to": 1},
    ("POST", API + "summaries/<uuid:user_id>/<uuid:summary_id>/overrides"): lambda world: {
        "narrative": "We talked about joins.", "reason": "I was there.",
    },
    ("POST", API + "goals"): lambda world: {
        "skill": "sql", "title": "Joins", "target_difficulty": 7},
    ("PATCH", API + "nudges/preferences"): lambda world: {"email": False},
    ("PATCH", API + "goals/<uuid:goal_id>"): lambda world: {"title": "Joins and groups"},
    ("POST", API + "goals/<uuid:goal_id>/overrides"): lambda world: {
        "target_difficulty": 4, "reason": "The exam asks for less.",
    },
    ("POST", API + "practice/overrides"): lambda world: {
        "student_id": str(world.people["owner"].pk), "skill": "sql", "difficulty": 3, "reason": "We talked.",
    },
    ("PATCH", API + "tasks/<uuid:task_id>"): lambda world: {"title": "Read about joins"},
    ("POST", OWN + "/appeals"): _appeal,
    ("POST", OWN + "/skills/<slug:skill>/contest"): lambda world: {"reason": "I know more."},
    ("POST", "student/recommendations/<uuid:recommendation_id>/feedback"): lambda world: {
        "relevance": "4", "acceptance": "pending",
    },
    ("POST", "student/appeals/<uuid:appeal_id>"): lambda world: {"text": "Please look again."},
    ("POST", "student/notices/seen"): lambda world: {
        "notice": str(ScoreChange.objects.values_list("pk", flat=True).get())
    },
    ("POST", PAGE): lambda world: {"relevance": "4", "acceptance": "pending", "about": "", "comments": ""},
    ("POST", PAGE + "/override"): _override_on_page,
    ("POST", "advisor/recommendations/<uuid:recommendation_id>/override"): _list_override,
    ("POST", PAGE + "/skills/<slug:skill>/check"): lambda world: {"level": "3.5", "reason": "We talked."},
    ("POST", PAGE + "/practice"): lambda world: {
        "skill": "sql", "difficulty": "3", "reason": "We talked.", "version-sql": "0",
    },
    ("POST", PAGE + "/goals/<uuid:goal_id>"): lambda world: {
        "target_difficulty": "4", "status": "open", "reason": "The exam asks for less.", "version": "1",
    },
    ("POST", "advisor/students/<uuid:student_id>/credentials"): lambda world: {
        "claim": str(world.rows["claim"].pk), "decision": "confirmed", "reason": "I saw it.", "seen": "own_word",
    },
    ("POST", "student/roles/<uuid:role_id>"): lambda world: {"model_scoring": "yes"},
    ("POST", "student/assessments/<uuid:assessment_id>/questions"): _answer_on_page,
    ("POST", "student/assessments/<uuid:assessment_id>/hand-in"): lambda world: {
        "version": answers_version(world.rows["answered_all"].pk)
    },
    ("POST", "advisor/letters"): lambda world: {"wanted": "no"},
    ("POST", "advisor/releases/"): lambda world: {"assessment": [str(world.rows["held"].pk)]},
    ("POST", "advisor/appeals/<uuid:appeal_id>"): lambda world: {"text": "We look at it."},
    ("POST", "advisor/questions/<uuid:query_id>"): lambda world: {"text": "It does."},
    ("POST", "advisor/sessions/<uuid:summary_id>"): lambda world: {
        "do": "withdraw", "withdraw-version": 1, "withdraw-reason": "It was not so.",
    },
    ("POST", "advisor/reviews/<uuid:task_id>"): _levels,
    ("POST", "advisor/reviews/calibration/<uuid:question_id>"): _examples,
    ("POST", "student/practice/"): lambda world: {"skill": "sql"},
    ("POST", "student/practice/<uuid:assignment_id>"): lambda world: {"answer-text": "having", "attempts": "0"},
    ("POST", "student/practice/<uuid:assignment_id>/report"): lambda world: {"reason": "unclear"},
    ("POST", "student/goals/"): lambda world: {
        "title": "Groups", "skill": "sql", "target_difficulty": "7", "seen": str(uuid.UUID(int=0)),
    },
    ("POST", "student/goals/<uuid:goal_id>"): lambda world: {
        "title": "Joins and groups", "target_difficulty": "8", "version": "1",
    },
    ("POST", "student/questions/"): lambda world: {
        "question": "Which course covers outer joins?", "seen": str(uuid.UUID(int=0)),
    },
    ("POST", "student/questions/<uuid:query_id>"): lambda world: {"text": "When is it?", "up_to": "1"},
    ("POST", "student/questions/<uuid:query_id>/ask-on"): lambda world: {
        "question": "How long is it?", "seen": str(uuid.UUID(int=0)),
    },
    ("POST", "student/questions/<uuid:query_id>/read"): lambda world: {"up_to": "1"},
    ("POST", "student/tasks/"): lambda world: {
        "title": "Read about joins", "priority": "medium", "once": str(uuid.uuid4()),
    },
    ("POST", "student/tasks/<uuid:task_id>"): lambda world: {
        "title": "Read about joins", "priority": "high", "status": "todo", "seen": "1",
    },
    ("POST", "student/tasks/<uuid:task_id>/delete"): lambda world: {"seen": "1"},
    ("POST", "student/reminders/preferences"): lambda world: {
        "in_app": "on", "quiet_from": "20:00", "quiet_until": "08:00", "seen": "1",
    },
    ("POST", "student/data/model"): _model_choice,
    ("POST", "student/data/erase"): lambda world: {"password": PASSWORD},
    ("POST", "student/credentials/<uuid:credential_id>"): lambda world: {"note": "At school."},
}  # fmt: skip


def body_of(world: World, method: str, route: str) -> Any:
    """Return what is sent; nothing where the route takes nothing."""
    make = BODIES.get((method, route))
    return make(world) if make else None
