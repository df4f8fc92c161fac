"""Whether an answer by itself is about its question, where answers to other questions are known."""

from collections.abc import Callable
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from microcred.ai.base import Embedder
from scoring.golden.essays import golden_essays
from scoring.scorers import answer_encoder
from scoring.training import background as engine
from scoring.training.background import Background, judged
from scoring.training.cross_prompt import General, ScoredQuestion, learn
from scoring.training.dataset import Scale
from scoring.training.reading import NO_PROMPT, Reader, Reading, reader
from tests.scoring.essays.conftest import minilm as minilm
from tests.scoring.training.made import SUBJECT, SUBJECTS, answer, prompt_of

QUALITIES = np.linspace(0.1, 0.95, 24)
SCALE = Scale(0, 10, 1)


def read_answers(read: Reader, subject: int, *, asked: int | None = None, seed: int = 0) -> Reading:
    texts = [answer(q, seed + 100 * subject + at, SUBJECTS[subject]) for at, q in enumerate(QUALITIES)]
    return read(texts, prompt_of(SUBJECTS[subject if asked is None else asked]))


@pytest.fixture(scope="module")
def others(read: Reader) -> list[Reading]:
    """Answers to all questions but the first."""
    return [read_answers(read, subject) for subject in range(1, len(SUBJECTS))]


def test_answers_to_another_question_are_told_from_proper_ones(read: Reader, others: list[Reading]) -> None:
    background = Background.of(others)

    proper = background.nearer(read_answers(read, 0))
    strange = background.nearer(read_answers(read, 2, asked=0, seed=5_000))

    assert proper is not None
    assert strange is not None
    assert proper.min() > engine.UNSURE_BELOW
    assert strange.max() < engine.LOWEST_BELOW


def test_without_a_prompt_or_enough_other_questions_nothing_is_said(
    read: Reader, others: list[Reading]
) -> None:
    assert Background.of(others[:2]).nearer(others[3]) is None
    assert Background.of([read(["A volcano."], "") for _ in range(5)]).nearer(others[0]) is None
    assert Background.of(others).nearer(read(["A volcano."], "")) is None
    assert not NO_PROMPT


def test_where_nothing_tells_what_an_answer_is_about_the_scorer_is_always_unsure(
    read: Reader, others: list[Reading]
) -> None:
    model = learn([ScoredQuestion(one, QUALITIES * 10, SCALE) for one in others], in_batch=False)
    texts = [answer(0.95, 7), answer(0.1, 8)]

    fine = Scale(0, 10, 0.01)

    found = model.scores(read(texts, ""), fine)
    asked = model.scores(read(texts, prompt_of(SUBJECT)), fine)

    assert list(found.strange) == [True, True]
    assert found.score[0] > found.score[1]
    # What an answer is worth before it is bounded does not hang on the question.
    assert list(asked.score) == list(found.score)


def test_an_answer_to_another_question_by_itself_gets_a_low_score_and_the_scorer_is_unsure(
    read: Reader, others: list[Reading]
) -> None:
    model = learn([ScoredQuestion(one, QUALITIES * 10, Scale(0, 10, 0.5)) for one in others], in_batch=False)
    prompt, good = prompt_of(SUBJECT), answer(0.95, 7)

    found = model.scores(read([good, answer(0.95, 8, SUBJECTS[2])], prompt), SCALE)

    assert found.score[0] >= 8
    assert found.score[1] == 0
    assert list(found.strange) == [False, True]


@given(st.lists(st.floats(-3, 3), min_size=2, max_size=20))
def test_being_nearer_never_harms(values: list[float]) -> None:
    strange, most = judged(np.sort(values))

    assert (np.diff(most[np.isfinite(most)]) >= 0).all()
    assert list(most) == sorted(most)
    assert list(strange) == sorted(strange, reverse=True)


@pytest.fixture(scope="module")
def relation(read: Reader, others: list[Reading]) -> Callable[[str, int], None]:
    """Holds the same text, scored by the same scorer as an answer to its own question and to each other one."""
    every = [read_answers(read, 0), *others]
    model = learn([ScoredQuestion(one, QUALITIES * 10, SCALE) for one in every], in_batch=False)

    def hold(text: str, own: int) -> None:
        here = model.scores(read([text], prompt_of(SUBJECTS[own])), SCALE)
        for asked in range(len(SUBJECTS)):
            if asked != own:
                there = model.scores(read([text], prompt_of(SUBJECTS[asked])), SCALE)
                assert there.score[0] <= here.score[0]
                assert there.strange[0]

    return hold


@settings(deadline=None, max_examples=25)
@given(st.integers(0, len(SUBJECTS) - 1), st.floats(0, 1), st.integers(0, 10**6))
def test_the_same_text_is_never_worth_more_for_another_question(
    relation: Callable[[str, int], None], own: int, quality: float, seed: int
) -> None:
    relation(answer(quality, seed, SUBJECTS[own]), own)


def general(read: Reader, *, without: str) -> General:
    """A scorer that knows every shipped question by all its shipped essays but those of one quality."""
    places = {"weak": 0.0, "middling": 1.0, "strong": 2.0}
    known = []
    for prompt in dict.fromkeys(essay.task.prompt for essay in golden_essays()):
        own = [e for e in golden_essays() if e.task.prompt == prompt and e.quality != without]
        scores = np.array([places[essay.quality] for essay in own])
        known.append(
            ScoredQuestion(read([essay.task.answer for essay in own], prompt), scores, Scale(0, 2, 1))
        )
    return learn(known, in_batch=False)


@pytest.mark.parametrize("held_out", ["weak", "middling", "strong"])
def test_no_shipped_essay_is_worth_more_or_less_in_doubt_for_another_shipped_question(
    minilm: Embedder, held_out: str
) -> None:
    read = reader(answer_encoder())
    model = general(read, without=held_out)
    own = {essay.task.prompt: essay.task.answer for essay in golden_essays() if essay.quality == held_out}
    scored = {(one, asked): model.scores(read([own[one]], asked), SCALE) for one in own for asked in own}

    pairs = list(permutations(own, 2))
    assert len(pairs) >= 100
    assert [p for p in pairs if scored[p].score[0] > scored[p[0], p[0]].score[0]] == []
    assert [p for p in pairs if not scored[p].strange[0]] == []
