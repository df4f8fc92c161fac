"""The figures read off an answer."""

import numpy as np

from scoring.training.features import FEATURES, feature_matrix, features, known
from scoring.training.prose import read_prose

RANKS = {"the": 0, "library": 1, "open": 2, "try": 3, "we": 4}


def figure(text: str, name: str) -> float:
    return features(read_prose(text), RANKS)[FEATURES.index(name)]


def test_every_figure_has_one_name_and_one_place() -> None:
    assert len(set(FEATURES)) == len(FEATURES)
    assert feature_matrix([read_prose("The library."), read_prose("")], RANKS).shape == (2, len(FEATURES))


def test_without_words_every_figure_is_zero() -> None:
    assert set(features(read_prose(" ...\n"), RANKS)) == {0.0}


def test_figures_are_finite_for_odd_texts_and_without_a_vocabulary() -> None:
    odd = ["a", "!!!! 1", "字 字", "@CAPS1 @NUM2", "x" * 5000, "no-end " * 300]

    assert np.isfinite(feature_matrix(map(read_prose, odd), RANKS)).all()
    assert np.isfinite(feature_matrix(map(read_prose, odd), {})).all()


def test_counts_are_those_of_the_text() -> None:
    text = "The library, we open. i try a open door because because."

    assert figure(text, "words") == 11
    assert figure(text, "sentence_length") == 5.5
    assert figure(text, "commas") == 1 / 11
    assert figure(text, "lower_i") == 1 / 11
    assert figure(text, "lower_start") == 1 / 11
    assert figure(text, "article") == 1 / 11
    assert figure(text, "double_word") == 1 / 11


def test_a_word_is_known_with_a_regular_ending_and_unknown_when_misspelled() -> None:
    assert [known(word, RANKS) for word in ("library", "tries", "opened", "opening", "library's")] == [
        1,
        3,
        2,
        2,
        1,
    ]
    assert known("librery", RANKS) is None
    assert figure("the librery", "unknown_share") == 0.5
