"""An answer is held against the prompts of other questions, which it might belong to."""

from dataclasses import replace

import pytest

from microcred.ai.base import Embedder
from microcred.ai.caching import CachingEmbedder
from scoring.essays.judgement import Judgement
from scoring.essays.local import UNSURE, LocalJudge
from scoring.essays.other_questions import lead
from scoring.essays.task import EssayTask
from scoring.golden.essays import golden_essays, other_prompts
from tests.scoring.essays.embedders import BagOfWords
from tests.scoring.essays.samples import STRONG, essay

GOLDEN = [one.task for one in golden_essays()]
QUESTIONS = list({task.prompt: task for task in GOLDEN}.values())
COINS, SHIPS, SHIPS_AND_COINS = "silver coins", "wooden ships", "wooden ships silver coins"


def lead_of(answer: str, prompt: str, *others: str) -> float | None:
    embedder = BagOfWords()
    return lead(embedder, embedder.embed([answer]), embedder.embed([prompt])[0], others)


def test_the_lead_is_over_the_nearest_of_the_other_questions() -> None:
    # Cosines of counted words: 1 to itself, 2 / (2 * sqrt(2)) to half of it, 0 to what shares no word.
    assert lead_of(COINS, COINS, SHIPS) == pytest.approx(1.0)
    assert lead_of(COINS, SHIPS, COINS) == pytest.approx(-1.0)
    assert lead_of(SHIPS_AND_COINS, COINS, SHIPS, "clay") == pytest.approx(0.0)
    assert lead_of(SHIPS_AND_COINS, COINS, "clay") == pytest.approx(0.5**0.5)


@pytest.mark.parametrize(
    "others",
    [pytest.param((), id="no other"), pytest.param((f"{COINS}!",), id="only the same in other words")],
)
def test_without_another_question_there_is_no_lead(others: tuple[str, ...]) -> None:
    assert lead_of(COINS, COINS, *others) is None


def test_an_answer_that_is_nearer_to_another_question_is_in_doubt_and_worth_less() -> None:
    task = essay(STRONG)
    alone = LocalJudge(BagOfWords()).judge([task])[0]

    beside = LocalJudge(BagOfWords(), lambda _: [STRONG]).judge([task])[0]

    assert (alone.score or 0) > 0
    assert beside.score == 0
    assert beside.uncertainty == UNSURE > alone.uncertainty
    assert beside.raw["criteria"]["trial"]["relevance"] == 0


def test_a_question_that_has_nothing_to_do_with_the_answer_changes_nothing() -> None:
    task = essay(STRONG)

    beside = LocalJudge(BagOfWords(), lambda _: ["volcano lava"]).judge([task])

    assert beside == LocalJudge(BagOfWords()).judge([task])


@pytest.fixture(scope="module")
def at_home(minilm: Embedder) -> tuple[LocalJudge, dict[str, Judgement]]:
    judge = LocalJudge(CachingEmbedder(minilm), other_prompts)
    return judge, {task.question_id: judge.judge([task])[0] for task in GOLDEN}


def test_no_shipped_essay_is_in_doubt_or_worth_less_because_other_questions_are_known(
    minilm: Embedder, at_home: tuple[LocalJudge, dict[str, Judgement]]
) -> None:
    alone = LocalJudge(CachingEmbedder(minilm))

    assert list(at_home[1].values()) == [alone.judge([task])[0] for task in GOLDEN]
    assert max(one.uncertainty for one in at_home[1].values()) < UNSURE


@pytest.mark.parametrize("asked", QUESTIONS, ids=lambda task: task.question_id.split("-")[0])
def test_no_shipped_essay_is_worth_more_for_another_shipped_question_and_all_are_in_doubt(
    asked: EssayTask, at_home: tuple[LocalJudge, dict[str, Judgement]]
) -> None:
    judge, own = at_home
    foreign = [task for task in GOLDEN if task.prompt != asked.prompt]

    for task in foreign:
        (there,) = judge.judge([replace(asked, answer=task.answer, question_id="elsewhere")])
        home = own[task.question_id]
        assert (there.score or 0) / there.maximum <= (home.score or 0) / home.maximum, task.question_id
        assert there.uncertainty == UNSURE, task.question_id
