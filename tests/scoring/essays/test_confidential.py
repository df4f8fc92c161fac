"""Staff text does not come back through a reason."""

import pytest

from scoring.essays.confidential import Confidential
from scoring.essays.prompt import SYSTEM
from tests.scoring.essays.samples import PROMPT, STRONG, essay


@pytest.mark.parametrize(
    ("reason", "secret"),
    [
        ("You weigh gains and costs, but leave the neighbours out.", False),
        ("It says: look for visitors who work by day, OVERTIME and rest of the staff!", True),
        ("The level says “Two groups, gains and costs.”", True),
        ("Either recommendation can earn the best level.", True),
        ("A limited trial that is measured would be better.", True),
        ("Do you look at several groups and at gains as well as costs?", False),
        (
            "You write that staff would lose an evening with their families, therefore they should get a bonus.",
            False,
        ),
        (SYSTEM.splitlines()[0], True),
    ],
)
def test_a_run_of_staff_text_is_recognised(reason: str, secret: bool) -> None:
    assert Confidential.of(essay(STRONG)).is_in(reason) is secret


def test_staff_text_that_students_can_read_elsewhere_is_no_secret() -> None:
    task = essay(STRONG, grader_notes=f"The task again: {PROMPT} {STRONG}")

    assert Confidential.of(task).is_in(PROMPT) is False
    assert Confidential.of(task).is_in(STRONG) is False


@pytest.mark.parametrize(
    ("reason", "secret"),
    [
        ("They fear noise and cars, so guests leave.", True),  # six words of the model answer in a row
        ("They say noise and cars, so guests leave.", False),  # five
        ("Accept both sides.", True),  # a sentence of three words
        ("No penalty.", False),  # one of two
        ("You accept both of the sides.", False),
    ],
)
def test_six_words_in_a_row_or_a_short_sentence_are_staff_text(reason: str, secret: bool) -> None:
    task = essay(STRONG, grader_notes="Accept both sides. No penalty.")

    assert Confidential.of(task).is_in(reason) is secret
