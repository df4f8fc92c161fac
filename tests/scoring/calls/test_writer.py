"""What is known of a student that must not leave with an essay."""

import pytest
from pytest_django.fixtures import Settings

from scoring.calls.writer import writer_of
from tests.factories.accounts import UserFactory
from tests.factories.assessments import started_assessment

pytestmark = pytest.mark.django_db


def test_names_log_in_and_numbers_of_the_student_are_replaced(settings: Settings) -> None:
    settings.MODEL_REDACT_NAMES = ["Professor Ada Quill"]
    student = UserFactory(
        name="Robin Ferrante",
        email="r.ferrante@uni.example",
        profile={"preferred_name": "Robbie", "student_number": 8841, "goal": "analyst", "skills": {"sql": 3}},
    )

    writer = writer_of(started_assessment(user=student).pk)

    answer = "Robbie (Robin F., r.ferrante, 8841) wants to be an analyst, says Professor Ada Quill."
    assert writer.redacted(answer).text == (
        "[NAME_1] ([NAME_2] F., [ID_1], [ID_2]) wants to be an analyst, says [NAME_3]."
    )


def test_a_log_in_that_is_a_word_stays_a_word() -> None:
    student = UserFactory(name="", email="student@uni.example")

    writer = writer_of(started_assessment(user=student).pk)

    assert writer.redacted("Every student agrees.").text == "Every student agrees."
    assert writer.redacted("Ask student@uni.example.").text == "Ask [EMAIL_1]."
