"""How far students have come, wherever it is told: what shows nothing is no answer."""

import unicodedata
import uuid
from typing import Any

import pytest
from django.db import connection

from assessments import queries, services
from assessments.answers import INVISIBLE, is_blank
from assessments.models import Assessment, AssessmentResponse
from assessments.services import GivenAnswer
from tests.factories.assessments import question_id_of, started_assessment
from tests.factories.catalog import NOW

pytestmark = pytest.mark.django_db


def answer(assessment: Assessment, kind: str, given: Any) -> None:
    services.submit(
        by=assessment.user, assessment_id=assessment.pk, completed=False, now=NOW,
        answers=[GivenAnswer(question_id_of(assessment, kind), given)],
    )  # fmt: skip


def told(assessment: Assessment) -> list[int]:
    """The questions that are answered, as every reader tells them."""
    _, of_one = queries.get_with_progress(by=assessment.user, assessment_id=assessment.pk)
    (to_go_on_with,) = queries.open_of([assessment.user_id], now=NOW)
    of_several = queries.progress_of(Assessment.objects.all())[assessment.pk]
    return [
        queries.progress(assessment.pk).answered,
        of_one.answered,
        to_go_on_with.answered,
        of_several.answered,
    ]


def test_a_blank_answer_is_none_and_neither_is_one_that_was_emptied() -> None:
    assessment = started_assessment()
    answer(assessment, "multiple_choice", "c1")
    answer(assessment, "essay", " \u200b\n")
    assert told(assessment) == [1] * 4

    answer(assessment, "essay", "An essay.")
    answer(assessment, "short_text", "A word.")
    assert told(assessment) == [3] * 4

    answer(assessment, "short_text", "")
    assert told(assessment) == [2] * 4


def test_an_assessment_that_is_not_there_is_at_the_beginning() -> None:
    assert queries.progress(uuid.UUID(int=7)) == queries.Progress(answered=0, total=0)


def test_the_database_sees_in_every_character_what_python_sees() -> None:
    characters = [chr(one) for one in range(1, 0x110000) if not 0xD800 <= one <= 0xDFFF]
    by_python = [one for one in characters if is_blank({"text": one})]

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT one FROM unnest(%s::text[]) AS one WHERE one !~ %s", [characters, f"[^{INVISIBLE}]"]
        )
        by_the_database = [one for (one,) in cursor.fetchall()]

    assert by_the_database == by_python
    categories = {unicodedata.category(one) for one in by_python}
    assert categories == {"Cc", "Cf", "Zs", "Zl", "Zp"}
    assert not [one for one in characters if one.isspace() and one not in by_python]


@pytest.mark.parametrize(
    ("stored", "blank"),
    [
        ({"text": ""}, True),
        ({"text": "\u2060 \t"}, True),
        ({"text": " a"}, False),
        ({"choice_ids": ["c1"]}, False),
        ({"value": "0", "unit": None}, False),
    ],
)
def test_what_is_stored_says_whether_it_is_blank(stored: dict[str, Any], blank: bool) -> None:
    assessment = started_assessment()
    snapshot = assessment.snapshots.get(question_id=question_id_of(assessment, "essay"))

    row = AssessmentResponse.objects.create(
        assessment=assessment, question_snapshot=snapshot, answer=stored, submitted_at=NOW
    )

    row.refresh_from_db()
    assert (row.is_blank, is_blank(stored)) == (blank, blank)
