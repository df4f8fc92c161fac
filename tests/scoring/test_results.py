"""What an assessment says about a skill, where the student's own word is all there is."""

import uuid

import pytest

from scoring.results import SkillLevel


@pytest.mark.parametrize(
    ("level", "evidence", "stated"),
    [
        (10 / 3, 0.0, 3.33),  # who says 5 is taken for no more than the estimate makes of it
        (2.5, 0.0, 2.5),
        (2.0, 0.0, 1.0),
        (5 / 3, 0.0, 0.0),
        (2.0, 0.5, None),  # there is more than the student's word
    ],
)
def test_the_level_to_go_by_where_the_students_word_is_all_there_is(
    level: float, evidence: float, stated: float | None
) -> None:
    assert SkillLevel(uuid.UUID(int=1), "sql", "SQL", level, 0.5, evidence).stated == stated
