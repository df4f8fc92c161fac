"""Signs of prose that need no model."""

import random
from collections.abc import Callable, Sequence

import pytest

from scoring.essays.features import BROKEN
from scoring.essays.language import (
    broken_share,
    connectives,
    diversity,
    function_share,
    implausible_share,
    is_implausible,
    latin_share,
    letter_share,
    other_language,
)
from scoring.essays.text import words
from tests.scoring.essays.samples import MIDDLING, STRONG


@pytest.mark.parametrize(
    ("token", "implausible"),
    [
        ("museum", False), ("rhythms", False), ("sql", False), ("https", True), ("strengths", False),
        ("sdfgh", True), ("aaaa", True), ("qwrtzp", True), ("x" * 30, True), ("страна", False), ("3.5", False),
        ("lemonade" * 3 + "lemons", True), ("lemonade" * 3 + "lemon", False),  # 30 letters, and 29
    ],
)  # fmt: skip
def test_words_no_language_would_write(token: str, implausible: bool) -> None:
    assert is_implausible(token) is implausible


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("text", [STRONG, MIDDLING])
def test_shuffled_words_are_told_from_prose(text: str, seed: int) -> None:
    tokens = text.split()
    shuffled = " ".join(random.Random(seed).sample(tokens, len(tokens)))

    prose, broken = broken_share(text), broken_share(shuffled)

    assert prose == 0.0
    assert broken is not None
    assert broken > BROKEN


@pytest.mark.parametrize(
    ("text", "share"),
    [
        ("The cat saw a dog on the mat near our house.", 0.0),
        ("The of saw a, on the would near our house.", 0.6),
        ("We would of, should the, can and could in.", 1.0),
        ("The dog saw a cat.", None),
    ],
)
def test_what_follows_a_determiner_or_a_modal_shows_the_order(text: str, share: float | None) -> None:
    assert broken_share(text) == share


@pytest.mark.parametrize(
    ("text", "language"),
    [
        (STRONG, None),
        ("Creo que el museo debe abrir los lunes por la noche porque la gente no puede ir en el día.", "es"),
        ("Je pense que le musée doit ouvrir le lundi soir parce que les gens ne sont pas libres.", "fr"),
        ("Die Leute sind am Tag nicht frei, und das Museum ist für sie nur am Abend offen.", "de"),
    ],
)
def test_a_language_is_known_by_its_function_words(text: str, language: str | None) -> None:
    assert other_language(words(text)) == language


def test_a_language_without_a_list_is_told_from_no_other() -> None:
    assert other_language(words("Die Leute sind am Tag nicht frei."), "fi") is None


@pytest.mark.parametrize(
    ("share", "text", "expected"),
    [
        (letter_share, "ab 1.", 0.5),  # white space counts for nothing
        (letter_share, " \n", 0.0),
        (latin_share, "ab жу 12", 0.5),  # only letters count
        (latin_share, "ɏɐ", 0.5),  # the last letter of the Latin blocks, and the first behind them
        (latin_share, "12", 0.0),
    ],
)
def test_shares_of_letters(share: Callable[[str], float], text: str, expected: float) -> None:
    assert share(text) == expected


@pytest.mark.parametrize(
    ("share", "tokens", "expected"),
    [
        (function_share, ["the", "museum", "of", "coins"], 0.5),
        (function_share, [], 0.0),
        (implausible_share, ["sdfgh", "museum", "sql", "opens"], 0.25),
        (implausible_share, [], 0.0),
    ],
)
def test_shares_of_words(share: Callable[[Sequence[str]], float], tokens: list[str], expected: float) -> None:
    assert share(tokens) == expected


def test_connectives_are_counted_as_phrases() -> None:
    assert (
        connectives("We wait, because it rains; for example, so that nobody gets wet. In addition, soap.")
        == 4
    )


@pytest.mark.parametrize(
    ("tokens", "expected"),
    [
        ([], 0.0),
        (["a", "b"], 1.0),
        (["a", "a", "b", "b"], 0.5),
        (["a"] * 100, 0.02),
        (["a"] * 50 + ["b"], 0.03),
    ],
)
def test_diversity_does_not_fall_with_length(tokens: list[str], expected: float) -> None:
    assert diversity(tokens) == pytest.approx(expected)
