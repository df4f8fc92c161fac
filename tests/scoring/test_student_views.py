"""What students read of the outcome of a question; more of it in `test_queries`."""

import uuid
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from assessments.queries import AskedQuestion
from scoring.models import EssayScore, RuleScore, ScoreOverride
from scoring.results import QuestionResult
from scoring.student_views import scored_by, student_view

ASKED = AskedQuestion(
    snapshot_id=uuid.UUID(int=1),
    question_id=uuid.UUID(int=2),
    position=3,
    question_type="essay",
    prompt="Weigh it.",
    choices=None,
    answer_format={},
    rules={},
    rubric={},
    feedback={},
    skills=(),
    weight=Decimal(4),
    required=True,
    version="1",
    response_id=uuid.UUID(int=5),
    answer={"text": "An answer."},
)
RESULT = QuestionResult(
    question=ASKED,
    status="scored",
    score=Decimal("2.50"),
    maximum=Decimal("4.00"),
    explanation="Well weighed.",
    staff_explanation="",
    rule_score=None,
    essay_score=None,
    marks=(),
)


def seen(**changes: Any) -> dict[str, Any]:
    (view,) = student_view([replace(RESULT, **changes)])
    return view


@pytest.mark.parametrize(
    ("low", "high", "band"),
    [
        (Decimal("1.50"), Decimal("3.00"), {"low": 1.5, "high": 3.0}),
        (Decimal("0.00"), Decimal("0.00"), {"low": 0.0, "high": 0.0}),
        (None, None, None),
    ],
)
def test_several_readings_have_a_band(
    low: Decimal | None, high: Decimal | None, band: dict[str, float] | None
) -> None:
    assert seen(essay_score=EssayScore(source="model", band_low=low, band_high=high))["band"] == band


def test_no_points_are_shown_as_none_and_no_score_as_nothing() -> None:
    assert seen(score=Decimal("0.00"))["score"] == 0.0
    assert seen(score=None, status="needs_review")["score"] is None
    assert (seen()["band"], seen()["uncertainty"]) == (None, None)


@pytest.mark.parametrize(
    ("changes", "by"),
    [
        ({}, None),
        ({"rule_score": RuleScore()}, "rule"),
        ({"rule_score": RuleScore(), "override": ScoreOverride()}, "human"),
        ({"essay_score": EssayScore(source="local")}, "local"),
        ({"essay_score": EssayScore(source="human")}, "human"),
        ({"essay_score": EssayScore(source="model"), "score": None}, None),
    ],
)
def test_who_or_what_gave_a_score(changes: dict[str, Any], by: str | None) -> None:
    assert scored_by(replace(RESULT, **changes)) == by
