"""A score that might be otherwise is said in words."""

import pytest

from recommendations.what_if_search import _score_change
from scoring.oversight import ScoreStep


@pytest.mark.parametrize(
    ("step", "words"),
    [
        (
            {"criterion": "", "levels": 1, "was": "0.00 points", "becomes": "1.00 points"},
            "Getting all points in question 3 (1.00 instead of 0.00 points)",
        ),
        (
            {"criterion": "", "levels": -1, "was": "1.00 points", "becomes": "0.00 points"},
            "Getting no points in question 3 (0.00 instead of 1.00 points)",
        ),
        (
            {"criterion": "Reasoning", "levels": 2, "was": "Weak", "becomes": "Strong"},
            "Two levels up in “Reasoning” of question 3 (Strong instead of Weak)",
        ),
    ],
)
def test_a_change_of_a_score_is_the_subject_of_a_sentence(step: dict[str, object], words: str) -> None:
    change = _score_change(ScoreStep(position=3, after={}, moved=0.5, **step))  # type: ignore[arg-type]

    assert change.words == words
