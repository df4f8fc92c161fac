"""Many answers to one question, judged by how they stand among each other."""

from collections.abc import Sequence

import pytest

from scoring.essays.judgement import Judgement
from scoring.essays.local import LocalJudge
from scoring.essays.task import EssayTask
from scoring.training.batch_judge import LEAST_ANSWERS, BatchJudge
from scoring.training.reading import Reader
from tests.scoring.essays.embedders import BagOfWords
from tests.scoring.essays.samples import OFF_TOPIC, STRONG, essay
from tests.scoring.training.made import answer

SENTENCES = STRONG.split(". ")


def some(count: int) -> list[EssayTask]:
    """Answers that say from very little to all of what the strong one says, each in its own words."""
    shares = [1 + round(at * (len(SENTENCES) - 1) / max(1, count - 1)) for at in range(count)]
    return [
        essay(f"{'. '.join(SENTENCES[:share])}. {answer(0.2, at)} {answer(share / len(SENTENCES), 90 + at)}")
        for at, share in enumerate(shares)
    ]


@pytest.fixture
def judged(read: Reader) -> list[Judgement]:
    return BatchJudge(BagOfWords(), lambda: read).judge([*some(24), essay(OFF_TOPIC), essay("")])


def scores(found: Sequence[Judgement]) -> list[float]:
    return [float(one.score or 0) for one in found]


def test_better_answers_get_more_and_the_scale_is_used(judged: list[Judgement]) -> None:
    found = scores(judged)

    assert sum(found[12:24]) > sum(found[:12])
    assert len(set(found[:24])) > 2
    assert judged[0].model.startswith("batch-3/local-")
    assert judged[0].raw["whole"]["scorer_version"] == 0


def test_it_says_that_it_is_unsure_and_more_so_of_an_answer_to_another_question(
    judged: list[Judgement],
) -> None:
    proper = [one.uncertainty for one in judged[12:24]]

    assert set(proper) == {0.5}
    assert judged[24].uncertainty == 0.9
    assert scores(judged)[24] <= min(scores(judged)[18:24])


def test_what_code_decides_is_not_compared(judged: list[Judgement]) -> None:
    assert judged[25] == LocalJudge(BagOfWords()).judge([essay("")])[0]


@pytest.mark.parametrize("count", [1, LEAST_ANSWERS - 1])
def test_few_answers_or_copies_of_one_are_judged_by_the_rubric(count: int) -> None:
    judge = BatchJudge(BagOfWords(), lambda: pytest.fail("nothing to compare"))

    assert judge.judge(some(count)) == LocalJudge(BagOfWords()).judge(some(count))
    assert judge.judge(some(1) * 30) == LocalJudge(BagOfWords()).judge(some(1) * 30)


def test_the_same_batch_gives_the_same_judgements(read: Reader, judged: list[Judgement]) -> None:
    again = BatchJudge(BagOfWords(), lambda: read).judge([*some(24), essay(OFF_TOPIC), essay("")])

    assert again == judged
