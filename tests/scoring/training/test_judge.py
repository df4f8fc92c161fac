"""The judge that takes the whole from a trained scorer and the parts from the rubric."""

from dataclasses import replace

import pytest

from scoring.essays.local import LocalJudge, Reading
from scoring.scorers import SHARES
from scoring.training.blend import VERSION, fit_scorer
from scoring.training.judge import Loaded, TrainedJudge, Whole, moved, uncertainty
from scoring.training.reading import Reader
from tests.scoring.essays.embedders import BagOfWords
from tests.scoring.essays.samples import MIDDLING, OFF_TOPIC, PROMPT, STRONG, WEAK, essay

READINGS = [Reading(1.0, 0.4, 0.5, 0.4), Reading(1.0, 0.2, 0.5, 0.2)]


def whole(share: float, *, strange: bool = False, error: float = 0.1) -> Whole:
    return Whole(share, error, strange, 3)


@pytest.fixture
def judge(read: Reader) -> TrainedJudge:
    """A scorer that learned from three kinds of answers what each is worth."""
    texts = [STRONG, MIDDLING, WEAK] * 8
    shares = SHARES.levels[[18, 10, 4] * 8]
    loaded = Loaded(fit_scorer(read(texts, PROMPT), shares, SHARES.levels), 3)
    return TrainedJudge(BagOfWords(), lambda task: loaded, lambda: read)


def test_qualities_move_together_until_the_levels_meet_the_whole() -> None:
    # Four levels of weight 2, three of weight 1: 0.4 and 0.2 make 2 * 1/3 of 3, or 0.22; the top level
    # of the first with the middle one of the second, 0.83, is nearest to 0.9.
    up, down = (moved(essay(STRONG), READINGS, whole(share)) for share in (0.9, 0.0))

    assert [reading.quality for reading in up] == pytest.approx([0.75, 0.55])
    assert up[0].quality - up[1].quality == pytest.approx(0.2)
    assert max(reading.quality for reading in down) < 0.33
    assert moved(essay(STRONG), READINGS, whole(0.222)) == READINGS


def test_a_strange_answer_is_never_moved_up() -> None:
    assert moved(essay(STRONG), READINGS, whole(1.0, strange=True)) == READINGS


def test_uncertainty_grows_with_the_scorers_error_and_is_high_for_strange_answers() -> None:
    assert [uncertainty(whole(0.5, error=error)) for error in (0.0, 0.1, 0.9)] == [0.1, 0.3, 0.9]
    assert uncertainty(whole(0.5, strange=True)) == 0.9


def test_better_answers_get_more_and_points_add_up(judge: TrainedJudge) -> None:
    strong, weak = judge.judge([essay(STRONG), essay(WEAK)])

    assert strong.score is not None
    assert weak.score is not None
    assert strong.score > weak.score
    assert strong.raw["whole"]["scorer_version"] == 3
    assert strong.model.startswith(f"{VERSION}.3/local-")
    assert strong.provider == "local"


def test_an_answer_to_another_question_is_not_raised_and_unsure(judge: TrainedJudge) -> None:
    (off,) = judge.judge([essay(OFF_TOPIC)])
    (by_rubric,) = LocalJudge(BagOfWords()).judge([essay(OFF_TOPIC)])

    assert (off.score or 0) <= (by_rubric.score or 0)
    assert off.uncertainty == 0.9


@pytest.mark.parametrize("answer", ["", "Yes.", PROMPT, "word " * 300])
def test_what_code_decides_is_not_left_to_the_scorer(judge: TrainedJudge, answer: str) -> None:
    assert judge.judge([essay(answer)]) == LocalJudge(BagOfWords()).judge([essay(answer)])


def test_a_question_without_a_scorer_is_judged_by_its_rubric(judge: TrainedJudge) -> None:
    plain = TrainedJudge(BagOfWords(), lambda task: None, lambda: pytest.fail("nothing to read"))

    assert plain.judge([essay(STRONG)]) == LocalJudge(BagOfWords()).judge([essay(STRONG)])


def test_quotes_stand_in_the_answer_and_an_absence_is_at_the_lowest_level(judge: TrainedJudge) -> None:
    task = essay(STRONG)

    (judged,) = judge.judge([task])

    for verdict, criterion in zip(judged.verdicts, task.criteria, strict=True):
        assert all(STRONG[quote.start : quote.end] == quote.text for quote in verdict.quotes)
        assert verdict.quotes or verdict.level_id == criterion.levels[0].id
    assert replace(judged, latency_ms=0) == judged
