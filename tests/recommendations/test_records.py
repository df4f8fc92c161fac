"""Every result leaves a record that can be verified, and replayed without network."""

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction

from assessments.models import Assessment, AssessmentResponse
from microcred.ai import providers
from ops import jobs
from ops.models import AuditLog
from recommendations import replaying
from recommendations.drafts import Draft
from recommendations.models import DecisionRecord, RecommendationItem
from recommendations.services import records, store
from scoring.models import EssayScore, RuleScore
from tests.factories.assessments import GOOD_ESSAY, submitted_assessment
from tests.factories.catalog import NOW
from tests.factories.recommendations import WordEmbedder, embed_all, offered

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def embedder(monkeypatch: pytest.MonkeyPatch) -> WordEmbedder:
    chosen = WordEmbedder()
    monkeypatch.setattr(providers, "embedder", lambda: chosen)
    return chosen


def completed() -> Assessment:
    """An assessment with every question type, scored by rules and the local judge, and recommended for."""
    assessment = submitted_assessment()
    for key in sorted({skill["skill"] for row in assessment.snapshots.all() for skill in row.skills}):
        offered(f"{key}-next", text=f"Practise {key} on real cases", roles=(), **{key: 4.0})
        offered(f"{key}-first", text=f"Begin with {key}", roles=(), **{key: 2.5})
    embed_all()
    jobs.drain(skip_waits=True)
    assessment.refresh_from_db()
    return assessment


def tamper(sql: str, *values: Any) -> None:
    """Change rows as somebody could who owns the database."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(sql, values)
        cursor.execute("SET LOCAL session_replication_role = origin")


def differences(assessment: Assessment) -> list[str]:
    return [str(one) for found in replaying.replay(assessment.pk) for one in found.differences]


def test_a_result_has_a_record_that_replays_without_a_difference() -> None:
    assessment = completed()

    assert [(found.run, found.differences) for found in replaying.replay(assessment.pk)] == [(1, ())]
    body = json.loads(DecisionRecord.objects.get().body)
    assert len(body["inputs"]["ranking"]) == RecommendationItem.objects.count() > 0
    assert body["profile_run"] == 1
    assert body["inputs"]["embedding"]["model"] == "words"
    assert all(len(content) == 64 for content in body["passages"].values())
    assert replaying.verify() == (1, None)


def test_a_record_names_no_answer_reply_or_person() -> None:
    assessment = completed()
    record = DecisionRecord.objects.get()

    for private in (GOOD_ESSAY[:40], "ShortTextCanary", assessment.user.email, str(assessment.user_id)):
        assert private not in record.body
    essay = EssayScore.objects.get()
    assert str(essay.pk) in record.body
    assert json.dumps(essay.response_payload["raw"])[:40] not in record.body


def test_the_answers_hash_needs_the_key(settings: Any) -> None:
    before = records.answer_hash({"text": "one"})
    settings.RECORD_HASH_KEY = "another"

    assert records.answer_hash({"text": "one"}) != before
    assert records.answer_hash(None) is None


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("UPDATE rule_scores SET score = 0 WHERE score > 0", "rule score"),
        ("UPDATE essay_scores SET score = maximum", "essay total"),
        ("UPDATE criterion_marks SET points = maximum, status = 'scored'", "essay total"),
        ("UPDATE essay_scores SET response_payload = '{}'", "essay"),
        ("UPDATE assessment_question_snapshots SET rules = '{}' WHERE question_type = 'numeric'", "content"),
        ("UPDATE skill_estimates SET level = 5", "profile"),
        (
            "DELETE FROM recommendation_item_traces; DELETE FROM recommendation_items",
            "recommended credentials",
        ),
        ('UPDATE assessment_responses SET answer = \'{"text": "another"}\'', "answer"),
    ],
)
def test_replay_reports_whatever_was_changed_behind_its_back(sql: str, expected: str) -> None:
    assessment = completed()

    tamper(sql)

    assert any(expected in line for line in differences(assessment))


def test_a_record_with_other_inputs_ranks_otherwise() -> None:
    assessment = completed()
    record = DecisionRecord.objects.get()
    body = json.loads(record.body)
    body["inputs"]["levels"] = dict.fromkeys(body["inputs"]["levels"], 0.5)

    tamper("UPDATE decision_records SET body = %s", json.dumps(body))

    assert any(line.startswith("needs:") for line in differences(assessment))


def test_erased_answers_are_erased_and_no_difference() -> None:
    assessment = completed()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL microcred.erasure = 'on'")
    RuleScore.objects.all()[0].response.delete()

    found = replaying.replay(assessment.pk)[0]

    assert not found.is_different
    assert {difference.kind for difference in found.differences} == {"erased"}
    assert replaying.verify() == (1, None)


def test_an_erased_assessment_is_erased() -> None:
    assessment = completed()
    tamper("UPDATE decision_records SET assessment_id = gen_random_uuid()")
    stranger = DecisionRecord.objects.get().assessment_id

    assert [str(one) for one in replaying.replay(stranger)[0].differences] == ["assessment: erased"]
    assert replaying.replay(assessment.pk) == []


def three_records() -> None:
    assessment = completed()
    for _ in range(2):
        again = Draft(summary="Again.", profile=(), parameters={"profile_run": 1})
        store(assessment_id=assessment.pk, draft=again, now=NOW)


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("UPDATE decision_records SET body = replace(body, 'format', 'tamrof') WHERE sequence = 2", 2),
        ("DELETE FROM decision_records WHERE sequence = 2", 2),
        ("DELETE FROM decision_records WHERE sequence = 3", 3),
        ("DELETE FROM decision_records", 1),
        (
            "INSERT INTO decision_records SELECT gen_random_uuid(), 4, assessment_id, gen_random_uuid(), body,"
            " digest, repeat('f', 64), made_at FROM decision_records WHERE sequence = 3",
            4,
        ),
        (
            "UPDATE decision_records SET sequence = 5 - sequence + 100 WHERE sequence > 1;"
            "UPDATE decision_records SET sequence = sequence - 100 WHERE sequence > 100",
            2,
        ),
    ],
    ids=["edited", "cut out", "cut off", "all gone", "put in", "swapped"],
)
def test_the_first_bad_record_is_named(sql: str, expected: int) -> None:
    three_records()
    assert replaying.verify() == (3, None)

    for statement in sql.split(";"):
        tamper(statement)

    _, broken = replaying.verify()
    assert broken is not None
    assert broken.sequence == expected
    with pytest.raises(CommandError, match=f"Record {expected}:"):
        call_command("verify_records", stdout=StringIO())


def test_the_database_refuses_changes_even_to_erasure() -> None:
    completed()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL microcred.erasure = 'on'")

    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        DecisionRecord.objects.update(body="{}")
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        DecisionRecord.objects.all().delete()


def test_the_trail_notes_every_record() -> None:
    completed()
    record = DecisionRecord.objects.get()

    assert AuditLog.objects.get(action="decision.recorded").metadata == {
        "sequence": 1,
        "digest": record.digest,
    }


def test_replay_makes_no_call(monkeypatch: pytest.MonkeyPatch) -> None:
    assessment = completed()

    def refuse() -> None:
        raise AssertionError("a replay asks no provider")

    monkeypatch.setattr(providers, "embedder", refuse)
    monkeypatch.setattr(providers, "chat_model", refuse)

    assert differences(assessment) == []


def test_the_commands_say_what_they_found() -> None:
    assessment = completed()
    out = StringIO()

    call_command("replay", str(assessment.pk), stdout=out)
    call_command("replay", "--all", stdout=out)
    call_command("verify_records", stdout=out)

    assert out.getvalue().splitlines() == [
        "1 records replayed, 0 with differences.",
        "1 records replayed, 0 with differences.",
        "1 decision records, all as they were written.",
    ]


def test_the_replay_command_fails_on_a_difference_and_without_a_record() -> None:
    assessment = completed()
    tamper("UPDATE essay_scores SET score = maximum")

    with pytest.raises(CommandError, match="1 records came out otherwise"):
        call_command("replay", str(assessment.pk), stdout=StringIO())
    with pytest.raises(CommandError, match="no decision record"):
        call_command("replay", str(AssessmentResponse.objects.all()[0].pk), stdout=StringIO())
    with pytest.raises(CommandError, match="Name one assessment"):
        call_command("replay", stdout=StringIO())
