"""Where the ends of a scale are found in rubrics of different shapes."""

import pytest

from scoring.training.rubric import NO_RUBRIC, Rubric, read_rubric

CRITERIA = {
    "criteria": [
        {
            "name": "Content",
            "levels": [
                {"name": "Weak", "points": "0", "description": "No reasons."},
                {"name": "Fair", "points": "1", "description": "One reason."},
                {"name": "Strong", "points": "2", "description": "Many reasons."},
            ],
        },
        {
            "name": "Form",
            "levels": [
                {"name": "Bad", "points": 0, "description": "Hard to read."},
                {"name": "Good", "points": 3, "description": "Easy to read."},
            ],
        },
    ]
}


@pytest.mark.parametrize(
    "value",
    [
        pytest.param("Score Point 2: Clear.\nScore Point 0: Blank.\nScore Point 1: Some.", id="headings"),
        pytest.param("4 - Clear.\n1 - Blank.\n3 - Fine.", id="numbers"),
        pytest.param("Score of 1: Blank.\nScore of 2: Clear.".replace(" of", ""), id="scores"),
        pytest.param({"10": "Clear.", "2": "Blank.", "5": "Some."}, id="object"),
        pytest.param({"score 3": "Clear.", "score 1": "Blank."}, id="object of names"),
        pytest.param([{"score": 2, "text": "Clear."}, {"score": 1, "text": "Blank."}], id="list"),
    ],
)
def test_the_ends_of_the_scale_are_found(value: object) -> None:
    found = read_rubric(value)

    assert (found.lowest, found.highest) == ("Blank.", "Clear.")


def test_criteria_are_joined_by_their_ends() -> None:
    found = read_rubric(CRITERIA)

    assert found.lowest == "Weak\nNo reasons.\nBad\nHard to read."
    assert found.highest == "Strong\nMany reasons.\nGood\nEasy to read."


@pytest.mark.parametrize(
    "value", ["Write clearly. 3 paragraphs are enough.", {"best": "Clear."}, ["Clear."], 7]
)
def test_a_rubric_without_levels_is_only_text(value: object) -> None:
    found = read_rubric(value)

    assert (found.lowest, found.highest) == ("", "")
    assert found.text


@pytest.mark.parametrize("value", [None, "", [], {}])
def test_nothing_is_no_rubric(value: object) -> None:
    assert read_rubric(value) == NO_RUBRIC == Rubric()
