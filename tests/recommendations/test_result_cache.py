"""A result is kept as it was written, and never shown once anything that it is read from has changed."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from importlib import import_module
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from psycopg import sql

from accounts import services as accounts
from accounts.models import User
from accounts.personal_data import erasing
from assessments.models import Assessment
from catalog import services as catalog
from catalog.models import Credential, JobRole, Question, Skill
from ops import jobs
from recommendations import queries, services
from recommendations.models import EmbeddingIndex, Recommendation
from recommendations.serializers import result_body
from recommendations.what_if import Explored
from scoring import oversight
from scoring.models import ModelCall
from scoring.oversight import NewScore
from tests.clients import client_of
from tests.companion.scenes import advised_student, finished_assessment
from tests.factories.accounts import AdvisorFactory, UserFactory
from tests.factories.assessments import question_id_of, started_assessment
from tests.factories.catalog import NOW
from tests.factories.recommendations import (
    CredentialClaimFactory,
    LearnerCredentialFactory,
    WordEmbedder,
    embed_all,
    offered,
)

pytestmark = pytest.mark.django_db(transaction=True)
MARKED = set(import_module("recommendations.migrations.0015_changes_of_results").RESULTS)
MARKED |= {import_module("recommendations.migrations.0019_overrides").TABLE}
MARKED |= set(import_module("recommendations.migrations.0023_changes_of_what_is_held").TABLES)
CATALOG = set(import_module("catalog.migrations.0006_changes").TABLES)


@dataclass
class Scene:
    """A finished assessment, its student and their advisor."""

    assessment: Assessment
    student: User
    advisor: User

    @property
    def url(self) -> str:
        """Where the result is."""
        return f"/api/v1/assessments/{self.assessment.pk}/result"

    def shown(self) -> Any:
        """Return the result as the student gets it."""
        return client_of(self.student).get(self.url)

    def fresh(self) -> Any:
        """Return the result as it is written in a transaction, where nothing is kept."""
        with transaction.atomic():
            return self.shown().json()

    def asked(self, question_type: str) -> dict[str, Any]:
        """Return what names a question of the assessment."""
        return {
            "assessment_id": self.assessment.pk,
            "question_id": question_id_of(self.assessment, question_type),
        }


@pytest.fixture
def scene(monkeypatch: pytest.MonkeyPatch) -> Scene:
    """An assessment that was just finished, and nothing kept yet."""
    monkeypatch.setattr("microcred.ai.providers.embedder", WordEmbedder)
    advisor, student = advised_student()
    made = finished_assessment(student)
    Assessment.objects.filter(pk=made.pk).update(completed_at=timezone.now())
    made.refresh_from_db()
    return Scene(made, student, advisor)


def overridden(scene: Scene, score: str = "1") -> None:
    oversight.override(
        by=scene.advisor,
        **scene.asked("numeric"),
        new=NewScore(score=Decimal(score)),
        reason="It was right after all.",
        now=timezone.now(),
    )


def looked_at_by_a_person(scene: Scene) -> None:
    oversight.override(
        by=scene.advisor,
        **scene.asked("essay"),
        new=NewScore(criterion_key="evidence", level="Full"),
        reason="It weighs both sources.",
        now=timezone.now(),
    )


def appealed(scene: Scene) -> Any:
    return oversight.appeal(
        by=scene.student,
        **scene.asked("essay"),
        criterion="Reasoning",
        statement="I did ask for it.",
        now=timezone.now(),
    )


def refused(scene: Scene) -> None:
    oversight.decide(
        by=scene.advisor, appeal_id=appealed(scene).pk, new=None, reason="It stands.", now=timezone.now()
    )


def contested(scene: Scene) -> None:
    oversight.contest_skill(
        by=scene.student,
        assessment_id=scene.assessment.pk,
        skill_key="sql",
        reason="I know more.",
        now=timezone.now(),
    )


def checked(scene: Scene) -> None:
    contested(scene)
    oversight.check_skill(
        by=scene.advisor,
        assessment_id=scene.assessment.pk,
        skill_key="sql",
        level=Decimal(4),
        reason="They showed it.",
        now=timezone.now(),
    )


def seen(scene: Scene) -> None:
    overridden(scene)
    told = {notice.notice_id for notice in oversight.notices(scene.assessment.pk)}
    scene.shown()
    oversight.mark_seen(by=scene.student, notice_ids=told, now=timezone.now())


def worked_out_anew(scene: Scene) -> None:
    overridden(scene, "0.5")
    embed_all()
    scene.shown()
    jobs.drain(skip_waits=True)


def explored(scene: Scene) -> None:
    run = Recommendation.objects.get(assessment=scene.assessment, effective=True)
    services.store_what_if(recommendation_id=run.pk, explored=Explored(None, 3), now=timezone.now())


def retired(scene: Scene) -> None:
    credential = Credential.objects.get(key="sql-joins")
    credential.active = False
    credential.save()


def renamed(scene: Scene) -> None:
    Skill.objects.filter(key="sql").update(onet_id="2.A.1.c")


def asked_differently(scene: Scene) -> None:
    question = Question.objects.get(pk=question_id_of(scene.assessment, "multiple_choice"))
    question.rules = {"kind": "choice", "correct": ["c1"], "scoring": "all_or_nothing"}
    question.save()
    catalog.publish_question(by=None, question=question, now=NOW.replace(hour=12))


def embedded_anew(scene: Scene) -> None:
    offered("sql-views", text="Learn SQL views.", sql=4)
    scene.shown()
    embed_all()


def paid(scene: Scene) -> None:
    ModelCall.objects.create(
        assessment=scene.assessment,
        purpose="scoring",
        provider="openai",
        host="api.example.org",
        model="small",
        prompt_version="essay-1",
        prompt_sha256="0" * 64,
        input_sha256="0" * 64,
        month=NOW.date().replace(day=1),
        reserved_microcents=1_000_000,
        started_at=NOW,
    )


def role_renamed(scene: Scene) -> None:
    overridden(scene)
    scene.shown()
    JobRole.objects.filter(pk=scene.assessment.role_id).update(name="Another name")


def list_changed(scene: Scene) -> None:
    run = Recommendation.objects.get(assessment=scene.assessment, effective=True)
    first = run.items.order_by("position").values_list("credential_id", flat=True)[0]
    services.override(
        by=scene.advisor, recommendation_id=run.pk, action="remove", credential_id=first,
        reason="They have done it.", now=NOW,
    )  # fmt: skip


CHANGES: list[Callable[[Scene], object]] = [
    overridden, looked_at_by_a_person, refused, contested, checked, seen, worked_out_anew, explored, retired,
    renamed, asked_differently, embedded_anew, paid, role_renamed, list_changed,
]  # fmt: skip


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_what_changes_the_result_is_shown_with_the_next_request(
    scene: Scene, change: Callable[[Scene], object]
) -> None:
    before = scene.shown()
    assert scene.shown().headers["ETag"] == before.headers["ETag"]

    change(scene)

    after = scene.shown()
    assert after.json() == scene.fresh()
    assert after.json() != before.json()
    assert after.headers["ETag"] != before.headers["ETag"]


def test_a_result_that_has_not_changed_takes_two_statements_and_is_the_same_to_the_byte(scene: Scene) -> None:
    client = client_of(scene.student)
    first = client.get(scene.url)

    with CaptureQueriesContext(connection) as asked:
        second = client.get(scene.url)

    assert len(asked) == 2
    assert (second.content, second.headers["ETag"]) == (first.content, first.headers["ETag"])
    assert second.json() == scene.fresh()
    assert client.get(scene.url, headers={"If-None-Match": first.headers["ETag"]}).status_code == 304


def _told_everything(scene: Scene) -> None:
    for change in (worked_out_anew, refused, checked, seen, explored, paid, list_changed):
        change(scene)
    EmbeddingIndex.objects.get_or_create(provider="sentence-transformers", model="older", dimension=384)
    LearnerCredentialFactory(user=scene.student)
    CredentialClaimFactory(user=scene.student)


def test_every_table_that_a_result_is_read_from_leaves_marks(scene: Scene) -> None:
    _told_everything(scene)
    with CaptureQueriesContext(connection) as asked:
        result_body(queries.completed_result(scene.assessment))

    words = set(re.findall(r"\w+", " ".join(query["sql"] for query in asked)))
    read = words & set(connection.introspection.table_names())

    # Of the last two only the marks are read, which follow tables that are listed.
    assert read - MARKED - CATALOG == {"catalog_changes", "passage_changes"}
    assert {"embedding_artifacts", "embedding_indexes"} <= MARKED
    assert {"recommendations", "skill_checks", "question_versions"} <= read


def _marks(assessment: Assessment) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT result_marks(%s)", [assessment.pk])
        (marks,) = cursor.fetchone()
    return str(marks)


def _touch(table: str) -> int:
    """Write every row of a table again, past the guards of those that are only added to; return how many."""
    name = sql.Identifier(table)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgname FROM pg_trigger"
            " WHERE tgrelid = %s::regclass AND NOT tgisinternal AND tgname NOT LIKE '%%\\_result\\_%%'",
            [table],
        )
        guards = [sql.Identifier(guard) for (guard,) in cursor.fetchall()]
        for guard in guards:
            cursor.execute(sql.SQL("ALTER TABLE {} DISABLE TRIGGER {}").format(name, guard))
        key = sql.Identifier(connection.introspection.get_primary_key_column(cursor, table) or "")
        cursor.execute(sql.SQL("UPDATE {} SET {} = {}").format(name, key, key))
        touched = int(cursor.rowcount)
        for guard in guards:
            cursor.execute(sql.SQL("ALTER TABLE {} ENABLE TRIGGER {}").format(name, guard))
    return touched


def test_every_row_of_these_tables_marks_the_result_that_it_belongs_to(scene: Scene) -> None:
    _told_everything(scene)
    other = started_assessment()
    silent, empty, loud = [], [], []
    for table in sorted(MARKED):
        before, theirs = _marks(scene.assessment), _marks(other)
        if not _touch(table):
            empty.append(table)
        elif _marks(scene.assessment) == before:
            silent.append(table)
        if table in {"essay_scores", "what_ifs", "skill_checks", "seen_notices"} and _marks(other) != theirs:
            loud.append(table)

    assert (empty, silent, loud) == ([], [], [])


def test_an_assessment_under_way_leaves_marks_only_once_it_is_completed() -> None:
    assessment = started_assessment()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM result_changes WHERE assessment_id = %s", [assessment.pk])
    before = _marks(assessment)

    Assessment.objects.filter(pk=assessment.pk).update(updated_at=timezone.now())
    assert _marks(assessment) == before

    Assessment.objects.filter(pk=assessment.pk).update(status="completed", completed_at=timezone.now())
    assert _marks(assessment) != before


def test_a_change_that_is_taken_back_leaves_no_mark(scene: Scene) -> None:
    before = _marks(scene.assessment)

    with transaction.atomic():
        overridden(scene)
        transaction.set_rollback(True)

    assert _marks(scene.assessment) == before


def test_marks_do_not_pile_up_and_go_with_their_assessment(scene: Scene) -> None:
    student, assessment = scene.student, scene.assessment

    def marks() -> int:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM result_changes WHERE assessment_id = %s", [assessment.pk])
            (number,) = cursor.fetchone()
        return int(number)

    for _ in range(3):
        Assessment.objects.filter(pk=assessment.pk).update(updated_at=timezone.now())
        assert marks() == 1
    asked = erasing.request_erasure(by=student, person=student, now=timezone.now())
    erasing.erase(asked.pk, now=asked.due_at)
    assert marks() == 0


def test_a_change_between_reading_and_keeping_is_not_missed(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = queries.completed_result

    def read_and_be_late(assessment: Any) -> Any:
        monkeypatch.setattr(queries, "completed_result", read)
        found = read(assessment)
        overridden(scene)
        return found

    monkeypatch.setattr(queries, "completed_result", read_and_be_late)
    late = scene.shown().json()

    assert late["notices"] == []
    assert len(scene.shown().json()["notices"]) == 1


def test_what_is_kept_for_one_is_not_there_for_others(scene: Scene) -> None:
    shown = scene.shown()

    assert client_of(scene.advisor).get(scene.url).content == shown.content
    for stranger in (UserFactory(), AdvisorFactory(), UserFactory(role="guardian")):
        assert client_of(stranger).get(scene.url).status_code == 404
    student = client_of(scene.student)
    Assessment.objects.filter(pk=scene.assessment.pk).update(stage="awaiting_release")
    assert student.get(scene.url).status_code == 202
    assert client_of(scene.advisor).get(scene.url).status_code == 200
    accounts.disable(by=None, person=scene.student)
    assert student.get(scene.url).status_code == 401


def test_settings_that_it_is_written_by_count(scene: Scene, settings: Any) -> None:
    def days() -> list[str]:
        return [
            one["appealable_until"] for one in scene.shown().json()["questions"] if one["appealable_until"]
        ]

    before = days()

    settings.APPEAL_DAYS += 1

    assert before
    assert not set(days()) & set(before)


def test_who_asks_for_another_form_gets_it(scene: Scene) -> None:
    plain = scene.shown()

    indented = client_of(scene.student).get(scene.url, headers={"Accept": "application/json; indent=4"})

    assert indented.json() == plain.json()
    assert indented.content.startswith(b'{\n    "')
