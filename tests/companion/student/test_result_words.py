"""Levels, points and shares in words for their student."""

import pytest

from companion.student.result_words import (
    hundredths,
    level_in_words,
    levels_in_words,
    number,
    standing,
    sureness,
)


@pytest.mark.parametrize(
    ("level", "deviation", "said"),
    [
        (None, None, "not measured"),
        (0.1, 0.2, "about 0 of 5, quite sure"),
        (0.6, 0.3, "about ½ of 5, quite sure"),
        (2.9, 0.5, "about 3 of 5, give or take a half"),
        (2.6, 0.9, "about 2½ of 5, give or take one"),
        (5.0, 1.4, "about 5 of 5, but little is known yet"),
    ],
)
def test_a_level_is_said_to_the_nearest_half_with_how_sure_it_is(
    level: float | None, deviation: float | None, said: str
) -> None:
    assert level_in_words(level, deviation) == said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "SQL was measured at 0.8 of 5 and the role asks for 3.0; this credential leads to level 3.5 [profile].",
            "SQL was measured at about 1 of 5 and the role asks for 3; this credential leads to level 3.5 [profile].",
        ),
        ("SQL was measured at level 2.6 of 5.", "SQL was measured at about 2½ of 5."),
        ("SQL, measured at 4.2 of 5, is where it is.", "SQL, measured at about 4 of 5, is where it is."),
        ("The one gap: SQL (0.4 of 4.0).", "The one gap: SQL (about ½, asked for 4)."),
        ("Its document says: “It leads to level 3.0.” [1]", "Its document says: “It leads to level 3.0.” [1]"),
        ("It costs 3.0 and takes level 3.05.", "It costs 3.0 and takes level 3.05."),
    ],
)  # fmt: skip
def test_sentences_say_levels_as_the_page_does_and_quote_word_for_word(text: str, said: str) -> None:
    assert levels_in_words(text) == said


@pytest.mark.parametrize(
    ("uncertainty", "said"),
    [
        (None, ""),
        (0.0, "The scorer was sure."),
        (0.25, "The scorer was fairly sure."),
        (0.9, "The scorer was not sure."),
    ],
)
def test_how_sure_a_scorer_was(uncertainty: float | None, said: str) -> None:
    assert sureness(uncertainty) == said


def test_points_have_no_needless_zeros() -> None:
    assert [number(value) for value in (4.0, 4.5, 4.333, 0.0, 10.0)] == ["4", "4.5", "4.33", "0", "10"]


def test_shares_keep_the_place_that_makes_parts_add_up() -> None:
    assert [hundredths(value) for value in (0.509, -0.088, 0.0)] == ["50.9 %", "−8.8 %", "0.0 %"]


@pytest.mark.parametrize(
    ("score", "said"),
    [
        ({"level": "Partial", "score": 1.5, "maximum": 4.0}, "Partial, 1.5 of 4"),
        ({"level": None, "score": 1.0, "maximum": 1.0}, "1 of 1"),
        ({"level": None, "score": None, "maximum": 1.0}, "no score"),
    ],
)
def test_what_a_score_was(score: dict[str, object], said: str) -> None:
    assert standing(score) == said
