"""What can come of a call to a model has words on the page."""

from typing import get_args

import pytest
from django.test import Client
from django.urls import reverse

from assessments import services as assessments
from companion import words
from microcred.ai.base import FailureKind
from scoring.calls.receipts import NOT_SENT
from tests.companion.scenes import advised_student
from tests.factories.assessments import submitted_assessment
from tests.factories.catalog import NOW
from tests.factories.scoring import role_with_essay, work_off_scoring
from tests.fakes.openai_server import FakeOpenAI
from tests.scoring.replies import second_level


def test_there_are_words_for_all_that_a_receipt_may_say() -> None:
    kinds = set(get_args(FailureKind)) - set(NOT_SENT)

    assert set(words.CALLS) == kinds | {"open", "answered", "abandoned"}


@pytest.mark.django_db
def test_an_advisor_reads_what_came_of_a_call_in_words(openai: FakeOpenAI) -> None:
    openai.script = second_level
    advisor, student = advised_student()
    assessment = submitted_assessment(user=student, role=role_with_essay())
    work_off_scoring(assessment)
    assessments.complete(assessment_id=assessment.pk, now=NOW)
    client = Client()
    client.force_login(advisor)

    page = client.get(reverse("advisor:assessment", args=[assessment.pk])).content.decode()

    assert "Sent to a model" in page
    assert "<td>Answered</td>" in page
