"""Words in order, told from the same words in none."""

import random

import numpy as np
import pytest

from scoring.training.familiarity import document_counts
from scoring.training.reading import Reader
from scoring.training.word_order import LEAST_ANSWERS
from tests.scoring.training.made import PROMPT, answer

COUNT = 40
PROPER = [answer(0.2 + 0.02 * at, at) for at in range(COUNT)]


def mixed(text: str, seed: int) -> str:
    words = text.replace(".", "").split()
    random.Random(seed).shuffle(words)
    return " ".join(words) + "."


def odd(read: Reader, texts: list[str], *, known: int = COUNT) -> np.ndarray:
    """Held against the first `known` proper answers."""
    reference = read(PROPER[:known], PROMPT)
    return read(texts, PROMPT).odd(document_counts(reference.runs), known, among=False)


def test_shuffled_answers_are_told_from_proper_ones(read: Reader) -> None:
    new = [answer(0.6, 500 + at) for at in range(30)]

    assert not odd(read, new).any()
    assert odd(read, [mixed(text, at) for at, text in enumerate(new)]).mean() > 0.9


def test_one_word_again_and_again_has_no_order(read: Reader) -> None:
    assert odd(read, ["library " * 80]).all()


def test_too_few_words_are_not_judged(read: Reader) -> None:
    assert not odd(read, ["Because the library needs staff."]).any()


@pytest.mark.parametrize("known", [1, LEAST_ANSWERS - 1])
def test_too_few_answers_leave_the_judgement_to_word_classes(read: Reader, known: int) -> None:
    shuffled = "the of library the and needs the will staff a our the can the has many the is " * 2

    assert odd(read, [shuffled], known=known).all()
    assert not odd(read, [answer(0.6, 501)], known=known).any()


def test_an_answer_is_not_its_own_evidence(read: Reader) -> None:
    texts = [*PROPER, mixed(answer(0.9, 700), 1)]
    reading = read(texts, PROMPT)

    found = reading.odd(document_counts(reading.runs), len(texts), among=True)

    assert list(np.flatnonzero(found)) == [COUNT]


def test_mostly_repeated_or_pasted_answers_are_odd_whatever_their_order(read: Reader) -> None:
    once = "Because the library needs our staff."

    assert odd(read, [" ".join([once] * 6), f"{once} {once}", f"{PROMPT} {PROMPT} Yes.", ""]).all()
