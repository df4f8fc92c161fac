"""What the admin calls a row: words and figures that a person can read, never an id alone."""

import datetime as dt
import re
import uuid

import pytest
from django.db.models import Model

from assessments.models import Assessment, AssessmentResponse, QuestionSnapshot
from recommendations.models import (
    DecisionRecord,
    DocumentChunk,
    LearnerCredential,
    LearnerHistory,
    LearnerProfile,
    RagTrace,
    Recommendation,
    RecommendationFeedback,
)
from scoring.models import ModelCall, ModelCallContent

WHEN = dt.datetime(2026, 3, 4, 15, 6, tzinfo=dt.UTC)
SOMEBODY = uuid.uuid4()


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (Assessment(started_at=WHEN, status="completed"), "Assessment of 04 Mar 2026, completed"),
        (QuestionSnapshot(position=3, prompt="Which chart?"), "3. Which chart?"),
        (AssessmentResponse(version=2, submitted_at=WHEN), "Answer 2 of 04 Mar 2026, 15:06"),
        (Recommendation(run=2, status="pending"), "Run 2, pending"),
        (RagTrace(rank=1, snippet="Learn to ask."), "1. Learn to ask."),
        (DocumentChunk(title="Research", heading="", text="Ask people."), "Research: Ask people."),
        (
            RecommendationFeedback(relevance_score=4, submitted_by_role="student", submitted_at=WHEN),
            "4 of 5, by the student on 04 Mar 2026",
        ),
        (
            RecommendationFeedback(withdrawn=True, submitted_by_role="advisor", submitted_at=WHEN),
            "withdrawn, by the advisor on 04 Mar 2026",
        ),
        (LearnerCredential(status="completed", recorded_at=WHEN), "Completed on 04 Mar 2026"),
        (LearnerCredential(), "Not recorded"),
        (LearnerProfile(levels={"a": 1, "b": 2}, recorded_at=WHEN), "2 skill levels of 04 Mar 2026"),
        (
            LearnerHistory(credentials=[SOMEBODY], recorded_at=[WHEN]),
            "1 credentials, the last on 04 Mar 2026",
        ),
        (DecisionRecord(sequence=7, made_at=WHEN), "Decision 7 of 04 Mar 2026, 15:06"),
        (ModelCall(purpose="scoring", model="gpt", state="reserved"), "Scoring by gpt: reserved"),
        (ModelCallContent(kind="answer", label="e1"), "Answer e1"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Model) else "",
)
def test_a_row_is_called_by_what_it_says(row: Model, said: str) -> None:
    assert str(row) == said
    assert not re.search(r"[0-9a-f]{8}-[0-9a-f]{4}-", str(row))
