"""Whether an answer by itself is about its question, where answers to other questions are known."""

import re

import numpy as np
import pytest

from scoring.training.background import Background
from scoring.training.dataset import Scale
from scoring.training.reading import NO_PROMPT, Reader, Reading
from scoring.training.unseen import Known, learn
from tests.scoring.training.made import SUBJECT, answer

SUBJECTS = [
    SUBJECT,
    re.findall(r"\w+", "volcano magma crater ash eruption lava crust mantle plates gas pressure rock basalt"),
    re.findall(
        r"\w+", "violin orchestra concert melody rhythm chorus drum flute opera singer audience stage"
    ),
    re.findall(
        r"\w+", "harbour ferry sailor anchor lighthouse tide cargo captain mast rope pier crew voyage"
    ),
    re.findall(r"\w+", "orchard apple blossom harvest cider ladder basket bees pruning frost barrel soil"),
]
QUALITIES = np.linspace(0.1, 0.95, 24)


def prompt_of(subject: list[str]) -> str:
    return f"Write about the {subject[0]}, the {subject[1]} and the {subject[2]}, and give your reasons."


def read_answers(read: Reader, subject: int, *, asked: int | None = None, seed: int = 0) -> Reading:
    texts = [answer(q, seed + 100 * subject + at, SUBJECTS[subject]) for at, q in enumerate(QUALITIES)]
    return read(texts, prompt_of(SUBJECTS[subject if asked is None else asked]))


@pytest.fixture(scope="module")
def others(read: Reader) -> list[Reading]:
    """Answers to all questions but the first."""
    return [read_answers(read, subject) for subject in range(1, len(SUBJECTS))]


def test_answers_to_another_question_are_told_from_proper_ones(read: Reader, others: list[Reading]) -> None:
    background = Background.of(others)
    assert background is not None

    proper = background.nearer(read_answers(read, 0))
    strange = background.nearer(read_answers(read, 2, asked=0, seed=5_000))

    assert proper is not None
    assert strange is not None
    assert np.quantile(proper, 0.25) > background.least > strange.max()


def test_without_a_prompt_or_enough_other_questions_nothing_is_said(
    read: Reader, others: list[Reading]
) -> None:
    background = Background.of(others)
    assert background is not None

    assert Background.of(others[:3]) is None
    assert Background.of([read(["A volcano."], "") for _ in range(5)]) is None
    assert background.nearer(read(["A volcano."], "")) is None
    assert not NO_PROMPT


def test_an_answer_to_another_question_by_itself_gets_a_low_score_and_the_scorer_is_unsure(
    read: Reader, others: list[Reading]
) -> None:
    model = learn([Known(one, QUALITIES * 10, Scale(0, 10, 0.5)) for one in others], in_batch=False)
    prompt, good = prompt_of(SUBJECT), answer(0.95, 7)

    found = model.scores(read([good, answer(0.95, 8, SUBJECTS[2])], prompt), Scale(0, 10, 1))

    assert found.score[0] >= 8
    assert found.score[1] == 0
    assert list(found.strange) == [False, True]
