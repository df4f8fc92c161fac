"""What a body names is checked as what an address names: things of others are missing, and nobody rises by a field."""

import uuid
from typing import Any

import pytest

from accounts.models import User
from ops.models import AuditLog
from tests.authorization.bodies import BODIES, body_of
from tests.authorization.matrix import Row, rows
from tests.authorization.test_matrix import in_words, undone
from tests.authorization.world import World
from tests.factories.assessments import question_id_of

pytestmark = pytest.mark.django_db
NOBODYS = str(uuid.UUID(int=7))
ESCALATIONS: list[dict[str, Any]] = [
    {"role": "admin"}, {"is_staff": True}, {"is_superuser": True}, {"status": "active"}, {"email": "x@example.org"},
    {"token_version": 0}, {"user_id": NOBODYS}, {"profile": {"model_scoring": True}}, {"id": NOBODYS},
]  # fmt: skip


TAKEN = [
    row
    for row in rows()
    if row.route.startswith("api/v1/")
    and row.method in {"POST", "PATCH"}
    and (row.method, row.route) in BODIES
]
# Of the contract, whose clients were made for other servers too.
WITH_MORE = {
    "api/v1/auth/token", "api/v1/auth/token/refresh", "api/v1/auth/logout", "api/v1/assessments/start",
    "api/v1/assessments/<uuid:assessment_id>/responses",
}  # fmt: skip


def send(world: World, actor: str, method: str, path: str, body: Any) -> Any:
    with undone():
        return world.caller.send(actor, method, path, body)


@pytest.mark.parametrize("extra", ESCALATIONS, ids=str)
def test_nobody_makes_themselves_more_than_they_are(world: World, extra: dict[str, Any]) -> None:
    owner = world.people["owner"]
    fields = ("role", "status", "is_superuser", "email", "token_version", "id")
    before = [getattr(User.objects.get(pk=owner.pk), name) for name in fields]
    with undone():
        answer = world.caller.send("owner", "PATCH", "/api/v1/me", {"model_scoring": False} | extra)
        after = [getattr(User.objects.get(pk=owner.pk), name) for name in fields]
        is_still_allowed = User.objects.get(pk=owner.pk).model_scoring

    assert answer.status_code == 400
    assert list(answer.json()["details"]["fields"]) == list(extra)
    assert after == before
    assert is_still_allowed


@pytest.mark.parametrize("row", TAKEN, ids=str)
def test_a_field_that_is_not_there_is_refused_by_name(world: World, row: Row) -> None:
    actor = next(actor for actor, said in row.expected.items() if said.startswith("2"))
    body = body_of(world, row.method, row.route) | {"commnets": "It was right."}

    answer = send(world, actor, row.method, world.path(row.route, row.thing), body)

    if row.route in WITH_MORE:
        assert str(answer.status_code) == row.expected[actor]
    else:
        assert (answer.status_code, list(answer.json()["details"]["fields"])) == (400, ["commnets"])


@pytest.mark.parametrize("row", [row for row in TAKEN if row.method == "PATCH"], ids=str)
def test_a_change_of_nothing_leaves_everything_as_it_is(world: World, row: Row) -> None:
    actor = next(actor for actor, said in row.expected.items() if said == "200")
    path = world.path(row.route, row.thing)
    with undone():
        before = world.caller.send(actor, "GET", path)
        lines = AuditLog.objects.count()
        answer = world.caller.send(actor, "PATCH", path, {})
        assert AuditLog.objects.count() == lines

    assert (answer.status_code, answer.json()) == (200, before.json())
    assert answer.headers["ETag"] == before.headers["ETag"]


@pytest.mark.parametrize("question", ["theirs", "nobodys"])
def test_a_question_of_another_assessment_is_not_answered_appealed_or_changed(
    world: World, question: str
) -> None:
    theirs = str(question_id_of(world.rows["theirs"], "numeric")) if question == "theirs" else NOBODYS
    finished, opened = world.rows["finished"], world.rows["opened"]
    tries: list[tuple[str, str, Any]] = [
        ("owner", f"/api/v1/assessments/{opened.pk}/responses", {"responses": [{"question_id": theirs, "answer": 1}]}),
        ("owner", f"/api/v1/assessments/{finished.pk}/appeals", {"question_id": theirs, "statement": "Mine."}),
        ("advisor", "/api/v1/overrides",
         {"assessment_id": str(finished.pk), "question_id": theirs, "score": "1", "reason": "So."}),
    ]  # fmt: skip
    for actor, path, body in tries:
        answer = send(world, actor, "POST", path, body)
        assert answer.status_code in {400, 404}, path
        assert "prompt" not in answer.content.decode().lower()


def test_an_assessment_of_others_named_in_a_body_is_missing(world: World) -> None:
    body = {
        "question_id": str(question_id_of(world.rows["theirs"], "numeric")),
        "score": "1",
        "reason": "So.",
    }
    theirs = send(
        world, "advisor", "POST", "/api/v1/overrides", body | {"assessment_id": str(world.rows["theirs"].pk)}
    )
    nobodys = send(world, "advisor", "POST", "/api/v1/overrides", body | {"assessment_id": NOBODYS})

    assert (theirs.status_code, in_words(theirs)) == (404, in_words(nobodys))


def test_feedback_about_a_credential_that_was_not_recommended_is_refused(world: World) -> None:
    run = world.rows["recommendation"].pk
    body = {"relevance_score": 3, "credential_id": NOBODYS}

    assert send(world, "owner", "POST", f"/api/v1/recommendations/{run}/feedback", body).status_code in {
        400,
        404,
    }


def test_a_role_that_is_not_the_tokens_is_refused(world: World) -> None:
    run = world.rows["recommendation"].pk
    body = {"relevance_score": 3, "submitted_by_role": "admin"}

    assert send(world, "owner", "POST", f"/api/v1/recommendations/{run}/feedback", body).status_code == 400


def test_notices_of_others_are_not_marked_as_seen(world: World) -> None:
    theirs = send(world, "other", "POST", "/api/v1/notices/seen", {"notice_ids": [_notice(world)]})
    nobodys = send(world, "other", "POST", "/api/v1/notices/seen", {"notice_ids": [NOBODYS]})

    assert (theirs.status_code, in_words(theirs)) == (404, in_words(nobodys))


def test_lists_hold_nothing_of_others(world: World) -> None:
    for path in ("assessments", "appeals", "notices"):
        for actor in ("other", "advisor2"):
            with undone():
                answer = world.caller.send(actor, "GET", f"/api/v1/{path}")
            assert str(world.people["owner"].pk) not in answer.content.decode()
            assert str(world.rows["finished"].pk) not in answer.content.decode()


@pytest.mark.parametrize("name", ["student", "student_id", "user", "role"])
def test_a_filter_does_not_widen_what_is_seen(world: World, name: str) -> None:
    answer = send(world, "other", "GET", "/api/v1/assessments", {name: str(world.people["owner"].pk)})

    assert str(world.rows["finished"].pk) not in answer.content.decode()


def _notice(world: World) -> str:
    answer = send(world, "owner", "GET", "/api/v1/notices", None)
    return str(answer.json()["items"][0]["notice_id"])
