"""Every change of a score leaves a record of its own; an earlier record tells the score then and now."""

from decimal import Decimal
from functools import cache
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import User
from assessments import queries as assessments
from assessments.models import Assessment
from catalog import services as catalog
from catalog.models import Question
from microcred.ai import providers
from recommendations import drafting, record_replay, services
from recommendations.models import DecisionRecord, Recommendation
from recommendations.record_replay import Replay
from scoring import oversight
from scoring.enums import AppealOutcome
from scoring.oversight import NewScore
from tests.factories.assessments import question_id_of
from tests.factories.catalog import RUBRIC
from tests.factories.oversight import advised
from tests.factories.recommendations import WordEmbedder
from tests.fakes.openai_server import FakeOpenAI
from tests.recommendations.results import completed, differences, whole, work_off
from tests.scoring.essays.chats import verdict
from tests.scoring.replies import QUOTE, SECOND_QUOTE, essay_reply

pytestmark = pytest.mark.django_db
REASON = "The answer says more than that."


@pytest.fixture(autouse=True)
def embedder(openai: FakeOpenAI, monkeypatch: pytest.MonkeyPatch) -> None:
    """A model gives the essay the middle level everywhere: 2 of 4 points."""
    chosen = WordEmbedder()
    monkeypatch.setattr(providers, "embedder", cache(lambda: chosen))
    said = {"reasoning": verdict("l1", QUOTE), "evidence": verdict("l1", SECOND_QUOTE)}
    openai.script = lambda _: essay_reply(said)


def give(assessment: Assessment, question_type: str, by: User, **new: Any) -> None:
    """Override a score and let the result be worked out anew."""
    oversight.override(
        by=by,
        assessment_id=assessment.pk,
        question_id=question_id_of(assessment, question_type),
        new=NewScore(**new),
        reason=REASON,
        now=timezone.now(),
    )
    work_off(assessment)


def corrected(assessment: Assessment, question_type: str, **fields: Any) -> None:
    """Publish another version of a question, score past answers by it and let the result be worked out anew."""
    question = Question.objects.get(pk=question_id_of(assessment, question_type))
    for name, value in fields.items():
        setattr(question, name, value)
    question.save()
    catalog.publish_question(by=None, question=question, now=timezone.now())
    plan = oversight.plan_rescoring(question.pk)
    oversight.apply_rescoring(plan=plan, by=None, reason=REASON, now=timezone.now())
    work_off(assessment)


def two(assessment: Assessment) -> tuple[Replay, Replay]:
    """Return the replays of the record before a change and of the one after it."""
    first, second = record_replay.replay(assessment.pk)
    assert (first.differences, second.differences) == ((), ())
    assert (first.is_newest, second.is_newest) == (False, True)
    assert whole(2)
    return first, second


def moves(replayed: Replay) -> list[str]:
    assert replayed.standing is not None
    return [str(move) for move in replayed.standing.moves]


def test_an_overridden_essay_is_what_it_was_then_and_what_it_is_now() -> None:
    assessment = completed()
    place = assessment.snapshots.get(question_type="essay").position

    give(assessment, "essay", advised(assessment.user), criterion_key="reasoning", level="l2")

    first, second = two(assessment)
    assert moves(first)[0].startswith(f"question {place}: 2.00 of 4.00 then, 3.33 of 4.00 now (override of ")
    assert moves(second) == []
    assert first.standing is not None
    assert second.standing is not None
    assert (Decimal(first.standing.now.split()[0]) - Decimal(first.standing.then.split()[0])) == Decimal(
        "1.33"
    )
    assert first.standing.now == second.standing.then == second.standing.now


def test_an_overridden_closed_answer_keeps_the_rules_score_beside_it() -> None:
    assessment = completed()

    give(assessment, "multiple_choice", advised(assessment.user), score=Decimal("0.5"))

    first, _ = two(assessment)
    assert len(moves(first)) == 1
    assert "0.00 of 1.00 then, 0.50 of 1.00 now" in moves(first)[0]


def test_an_appeal_that_was_granted_is_named() -> None:
    assessment = completed()
    appeal = oversight.appeal(
        by=assessment.user,
        assessment_id=assessment.pk,
        question_id=question_id_of(assessment, "essay"),
        criterion="evidence",
        statement=REASON,
        now=timezone.now(),
    )
    decision = oversight.decide(
        by=advised(assessment.user),
        appeal_id=appeal.pk,
        new=NewScore("evidence", "l2"),
        reason=REASON,
        now=timezone.now(),
    )
    work_off(assessment)

    assert decision.outcome == AppealOutcome.CHANGED
    first, _ = two(assessment)
    assert "(appeal of " in moves(first)[0]


def test_another_key_of_a_closed_question_moves_its_score() -> None:
    assessment = completed()

    corrected(
        assessment,
        "multiple_choice",
        rules={"kind": "choice", "correct": ["c1"], "scoring": "all_or_nothing"},
    )

    first, _ = two(assessment)
    assert "0.00 of 1.00 then, 1.00 of 1.00 now (rescore of " in moves(first)[0]


def test_other_weights_of_an_essay_move_it_by_the_levels_it_had() -> None:
    assessment = completed()
    give(assessment, "essay", advised(assessment.user), criterion_key="reasoning", level="l2")
    heavier = [one | ({"weight": "6"} if one["key"] == "reasoning" else {}) for one in RUBRIC["criteria"]]

    corrected(assessment, "essay", rubric=RUBRIC | {"criteria": heavier})

    assert DecisionRecord.objects.count() == 3
    assert differences(assessment) == []
    assert whole(3)


def test_a_change_whose_recommendations_could_not_be_made_has_a_record_all_the_same() -> None:
    assessment = completed()
    oversight.override(
        by=advised(assessment.user), assessment_id=assessment.pk, new=NewScore(score=Decimal("0.5")),
        question_id=question_id_of(assessment, "multiple_choice"), reason=REASON, now=timezone.now(),
    )  # fmt: skip
    subject = assessments.subject(assessment.pk)

    draft = drafting.without_recommendations(drafting.prepare(subject))
    kept = services.give_up(assessment_id=assessment.pk, draft=draft, now=timezone.now())

    assert kept == Recommendation.objects.get()
    first, second = two(assessment)
    assert (first.run, second.run) == (1, 1)
