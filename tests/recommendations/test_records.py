"""Every result leaves a record that can be verified, and replayed without network."""

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction

from assessments.models import AssessmentResponse
from microcred.ai import providers
from ops import erasure
from ops.models import AuditLog
from recommendations import facts, record_replay
from recommendations.models import DecisionRecord, RecommendationItem
from scoring import queries
from scoring.models import EssayScore, RuleScore
from tests.factories.assessments import GOOD_ESSAY
from tests.factories.recommendations import WordEmbedder
from tests.recommendations.results import completed, differences, tamper, whole

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def embedder(monkeypatch: pytest.MonkeyPatch) -> WordEmbedder:
    chosen = WordEmbedder()
    monkeypatch.setattr(providers, "embedder", lambda: chosen)
    return chosen


def test_a_result_has_a_record_that_replays_without_a_difference() -> None:
    assessment = completed()

    assert [(found.run, found.differences) for found in record_replay.replay(assessment.pk)] == [(1, ())]
    body = json.loads(DecisionRecord.objects.get().body)
    assert len(body["inputs"]["ranking"]) == RecommendationItem.objects.count() > 0
    assert body["profile_run"] == 1
    assert body["inputs"]["embedding"]["model"] == "words"
    assert all(len(content) == 64 for content in body["passages"].values())
    assert whole(1)


def test_a_record_names_no_answer_reply_or_person() -> None:
    assessment = completed()
    record = DecisionRecord.objects.get()

    for private in (GOOD_ESSAY[:40], "ShortTextCanary", assessment.user.email, str(assessment.user_id)):
        assert private not in record.body
    essay = EssayScore.objects.get()
    assert str(essay.pk) in record.body
    assert json.dumps(essay.response_payload["raw"])[:40] not in record.body


def test_the_answers_hash_needs_the_key(settings: Any) -> None:
    before = facts.hashed({"text": "one"})
    settings.RECORD_HASH_KEY = "another"

    assert facts.hashed({"text": "one"}) != before
    assert facts.hashed(None) is None


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("UPDATE rule_scores SET score = 0 WHERE score > 0", "rule score"),
        ("UPDATE essay_scores SET score = maximum", "essay total"),
        ("UPDATE criterion_marks SET points = maximum, status = 'scored'", "essay total"),
        ("UPDATE essay_scores SET response_payload = '{}'", "essay"),
        (
            "UPDATE criterion_marks SET level_id = 'l2', points = 2, status = 'scored'",
            "figures for reasoning",
        ),
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

    tamper("UPDATE decision_records SET body = %s", [json.dumps(body)])

    assert any(line.startswith("needs, ") for line in differences(assessment))


def test_erased_answers_are_erased_and_no_difference() -> None:
    assessment = completed()
    erasure.begin(by=None, subject_type="assessment", subject_id=assessment.pk, reason="asked for")
    RuleScore.objects.all()[0].response.delete()

    found = record_replay.replay(assessment.pk)[0]

    assert not found.is_different
    assert {difference.kind for difference in found.differences} == {"erased"}
    assert whole(1)


def test_an_erased_assessment_is_erased() -> None:
    assessment = completed()
    tamper("UPDATE decision_records SET assessment_id = gen_random_uuid()")
    stranger = DecisionRecord.objects.get().assessment_id

    assert [str(one) for one in record_replay.replay(stranger)[0].differences] == ["assessment: erased"]
    assert record_replay.replay(assessment.pk) == []


def test_the_database_refuses_changes_even_to_erasure() -> None:
    completed()
    erasure.begin(by=None, subject_type="assessment", subject_id=None, reason="asked for")

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

    totals = queries.totals(queries.question_results(assessment.pk))
    points = f"{totals.score:.2f} of {totals.maximum:.2f}"
    assert out.getvalue().splitlines() == [
        f"{assessment.pk} run 1, record 1 (newest): {points} points in effect then, {points} now",
        "1 records replayed, 0 with differences.",
        "1 records replayed, 0 with differences.",
        "1 decision records, all as they were written; 0 model calls behind them.",
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


def test_a_record_is_kept_as_it_is_written() -> None:
    completed()

    with connection.cursor() as cursor:
        cursor.execute("SELECT octet_length(body), pg_column_compression(body) FROM decision_records")
        ((written, compression),) = cursor.fetchall()

    assert (written > 4000, compression) == (True, None)
