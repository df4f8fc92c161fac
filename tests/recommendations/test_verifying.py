"""Whatever is done to the chain of records, or to the calls behind it, the first bad record is named."""

from functools import cache
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from assessments.models import Assessment
from microcred.ai import providers
from ops import erasure
from ops.models import AsyncJob
from recommendations import verifying
from recommendations.chain import FIRST, linked
from recommendations.drafts import Draft
from recommendations.models import DecisionRecord
from recommendations.services import store
from recommendations.verifying import AnchorUnreadable
from scoring.models import ModelCall, ModelCallContent
from tests.factories.catalog import NOW
from tests.factories.recommendations import WordEmbedder
from tests.fakes.openai_server import FakeOpenAI
from tests.recommendations.results import completed, tamper, whole
from tests.scoring.replies import second_level

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def embedder(monkeypatch: pytest.MonkeyPatch) -> None:
    chosen = WordEmbedder()
    monkeypatch.setattr(providers, "embedder", cache(lambda: chosen))


def three_records() -> list[DecisionRecord]:
    """Three results of one assessment."""
    assessment = completed()
    for _ in range(2):
        again = Draft(summary="Again.", profile=(), parameters={"profile_run": 1})
        store(assessment_id=assessment.pk, draft=again, now=NOW)
    return list(DecisionRecord.objects.order_by("sequence"))


def first_bad(*anchors: str) -> tuple[int, str] | None:
    broken = verifying.verify(anchors=anchors).broken
    return (broken.sequence, broken.why) if broken else None


@pytest.mark.parametrize(
    ("sql", "why"),
    [
        ("UPDATE rule_scores SET score = maximum - score", "rule, score"),
        ("UPDATE criterion_marks SET level_id = 'l9'", "essay, marks"),
        ("UPDATE essay_scores SET score = score + 0.25", "essay, score"),
        ('UPDATE assessment_responses SET answer = \'{"text": "Another."}\'', "answer"),
        ('UPDATE assessment_question_snapshots SET rules = \'{"kind": "other"}\'', "content, rules"),
        ("DELETE FROM rule_scores", "stored is now missing"),
    ],
)
def test_a_row_that_a_record_names_is_as_it_was(sql: str, why: str) -> None:
    three_records()
    assert first_bad() is None

    assert tamper(sql)

    sequence, said = first_bad() or (0, "")
    assert sequence == 1
    assert why in said


def test_a_row_that_was_erased_is_none_that_was_changed() -> None:
    records = three_records()
    with transaction.atomic():
        erasure.begin(
            by=None, subject_type="assessment", subject_id=records[0].assessment_id, reason="asked for"
        )
        tamper("DELETE FROM review_tasks")
        tamper("DELETE FROM criterion_marks")
        tamper("DELETE FROM essay_scores")
        erasure.end()

    assert first_bad() is None


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        (
            "UPDATE decision_records SET body = replace(body, 'format', 'tamrof') WHERE sequence = 2",
            (2, "content"),
        ),
        ("DELETE FROM decision_records WHERE sequence = 2", (2, "missing")),
        ("DELETE FROM decision_records WHERE sequence = 3", (3, "missing")),
        ("DELETE FROM decision_records", (1, "missing")),
        (
            "INSERT INTO decision_records SELECT gen_random_uuid(), 4, assessment_id, gen_random_uuid(), body,"
            " digest, repeat('f', 64), made_at FROM decision_records WHERE sequence = 3",
            (4, "content"),
        ),
        (
            "UPDATE decision_records SET sequence = 5 - sequence + 100 WHERE sequence > 1;"
            "UPDATE decision_records SET sequence = sequence - 100 WHERE sequence > 100",
            (2, "follow"),
        ),
    ],
    ids=["edited", "cut out", "cut off", "all gone", "put in", "swapped"],
)
def test_the_first_bad_record_is_named(sql: str, expected: tuple[int, str]) -> None:
    three_records()
    assert whole(3)

    for statement in sql.split(";"):
        tamper(statement)

    found = first_bad()
    assert found is not None
    assert (found[0], expected[1] in found[1]) == (expected[0], True)
    with pytest.raises(CommandError, match=f"Record {expected[0]}:"):
        call_command("verify_records", stdout=StringIO())


def test_who_rewrites_the_trail_too_is_found_by_a_head_kept_elsewhere() -> None:
    _, second, third = three_records()
    head = verifying.verify().head
    assert head == f"3:{third.digest}"
    connection.check_constraints()  # rows of the trail are linked when they are committed

    tamper("DELETE FROM decision_records WHERE sequence = 3")
    tamper("DELETE FROM audit_logs WHERE metadata->>'sequence' = '3'")

    assert whole(2)
    assert first_bad(f"2:{second.digest}") is None
    assert first_bad(head) == (3, "it is missing")
    assert first_bad(f"2:{third.digest}") == (2, "it is not the one that the anchor names")


def test_a_record_written_anew_with_a_fitting_hash_is_not_the_one_in_the_trail() -> None:
    _, second, third = three_records()
    other = linked(
        sequence=3, made_at=third.made_at.isoformat(), assessment_id=str(third.assessment_id),
        body={"format": 1, "run": 3}, previous=second.digest,
    )  # fmt: skip

    tamper(
        "UPDATE decision_records SET body = %s, digest = %s WHERE sequence = 3", [other.body, other.digest]
    )

    assert first_bad() == (3, "it is not the one that the audit trail notes")


@pytest.mark.parametrize("anchor", ["", "3", "three:ff", f"1:{'g' * 64}", f"1:{'A' * 64}"])
def test_an_anchor_is_a_number_and_a_hash(anchor: str) -> None:
    with pytest.raises(AnchorUnreadable):
        verifying.verify(anchors=[anchor])


def test_an_empty_chain_is_whole_and_has_a_head() -> None:
    assert verifying.verify().head == f"0:{FIRST}"
    assert first_bad(f"0:{FIRST}") is None


class TestCalls:
    @pytest.fixture(autouse=True)
    def judged(self, openai: FakeOpenAI) -> None:
        openai.script = second_level

    @pytest.mark.parametrize(
        ("sql", "expected"),
        [
            ("UPDATE model_calls SET cost_microcents = cost_microcents + 1", "is not as it was: row"),
            ("UPDATE model_calls SET answered_model = 'dearer'", "is not as it was: row"),
            ("UPDATE model_call_contents SET text = 'x' WHERE kind = 'prompt'", "is not as it was: prompt"),
            ("UPDATE model_call_contents SET text = 'x' WHERE kind = 'answer'", "is not as it was: sent"),
            ("UPDATE model_call_contents SET text = 'x' WHERE kind = 'reply'", "is not as it was: reply"),
            ("DELETE FROM model_call_contents WHERE kind = 'reply'", "is not as it was: reply"),
            ("DELETE FROM model_call_contents; DELETE FROM model_calls", "is missing"),
        ],
        ids=["its cost", "its model", "the prompt", "the answer", "the reply", "no reply", "no call"],
    )
    def test_a_changed_call_is_found(self, sql: str, expected: str) -> None:
        three_records()

        for statement in sql.split(";"):
            tamper(statement)

        call = DecisionRecord.objects.earliest("sequence").body.partition('"call":"')[2][:36]
        assert first_bad() == (1, f"its model call {call} {expected}")

    def test_erased_texts_break_nothing_and_are_counted(self) -> None:
        three_records()
        with transaction.atomic():
            erasure.begin(by=None, subject_type="assessment", subject_id=None, reason="asked for")
            ModelCallContent.objects.all().delete()
            erasure.end()
        out = StringIO()

        call_command("verify_records", stdout=out)

        assert out.getvalue() == (
            "3 decision records, all as they were written; 1 model calls behind them, 1 with erased texts.\n"
        )

    def test_a_call_of_an_erased_assessment_is_gone_with_it(self) -> None:
        three_records()
        with transaction.atomic():
            erasure.begin(by=None, subject_type="assessment", subject_id=None, reason="asked for")
            AsyncJob.objects.all().delete()
            Assessment.objects.all().delete()
            erasure.end()

        found = verifying.verify()

        assert (found.records, found.erased, found.broken) == (3, 1, None)

    def test_an_earlier_bad_call_is_named_before_a_later_bad_record(self) -> None:
        three_records()
        tamper("UPDATE model_calls SET cost_microcents = 7")
        tamper("UPDATE decision_records SET body = '{}' WHERE sequence = 2")

        assert (first_bad() or (0, ""))[0] == 1


def test_the_command_gives_out_the_head_and_takes_it_back() -> None:
    third = three_records()[-1]
    out = StringIO()

    call_command("verify_records", head=True, stdout=out)
    head = out.getvalue().strip()
    call_command("verify_records", anchor=[head], stdout=out)

    assert head == f"3:{third.digest}"
    with pytest.raises(CommandError, match="is no anchor"):
        call_command("verify_records", anchor=["head"], stdout=StringIO())


def test_many_records_are_read_a_batch_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verifying, "BATCH", 2)
    three_records()
    told: list[int] = []

    verifying.verify(progress=told.append)

    assert told == [2, 3]
    assert ModelCall.objects.count() == 0
