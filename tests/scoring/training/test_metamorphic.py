"""What must not raise a score, whichever way the scorer came by what it knows."""

import random
from collections.abc import Callable

import pytest

from scoring.training.batch import Scored
from scoring.training.blend import fit_scorer, predict
from scoring.training.cross_prompt import ScoredQuestion, learn
from scoring.training.reading import Reader
from scoring.training.zero_shot import zero_shot_scores
from tests.scoring.training.made import OTHER_SUBJECT, SUBJECT, SUBJECTS, answer, made_set, prompt_of

PROMPT = prompt_of(SUBJECT)
OWN = made_set(160)
OTHERS = [
    made_set(60, name=str(2 + at), high=10 if at % 2 else 4, seed=1 + at, subject=subject)
    for at, subject in enumerate(SUBJECTS[1:])
]
GOOD = answer(0.8, 9_999)
SENTENCE = GOOD.split(".")[0] + "."
Score = Callable[[str], tuple[float, bool]]


def shuffled(text: str) -> str:
    words = text.replace(".", "").split()
    random.Random(3).shuffle(words)
    return " ".join(words) + "."


def beside(read: Reader, text: str) -> list[str]:
    return [*(one.text for one in OWN.texts[:60]), text]


def trained(read: Reader) -> Score:
    scorer = fit_scorer(read([one.text for one in OWN.texts], PROMPT), OWN.scores, OWN.scale.levels)

    def score(text: str) -> tuple[float, bool]:
        found = predict(scorer, read([text], PROMPT))
        return float(found.place[0]), bool(found.strange[0])

    return score


def last(found: Scored) -> tuple[float, bool]:
    return float(found.score[-1]), bool(found.strange[-1])


def unseen(read: Reader, *, in_batch: bool) -> Score:
    known = [
        ScoredQuestion(read([t.text for t in one.texts], one.prompt), one.scores, one.scale) for one in OTHERS
    ]
    model = learn(known, in_batch=in_batch)
    return lambda text: last(model.scores(read(beside(read, text), PROMPT), OWN.scale))


def zero(read: Reader) -> Score:
    return lambda text: last(zero_shot_scores(read(beside(read, text), PROMPT), OWN.scale))


@pytest.fixture(scope="module", params=["trained", "unseen alone", "unseen in batch", "zero"])
def score(request: pytest.FixtureRequest, read: Reader) -> Score:
    """The score of one answer, and whether the scorer says that it is unsure."""
    if request.param == "trained":
        return trained(read)
    if request.param == "zero":
        return zero(read)
    return unseen(read, in_batch=request.param == "unseen in batch")


def test_a_good_answer_is_scored_without_doubt(score: Score) -> None:
    place, unsure = score(GOOD)

    assert place >= 2
    assert not unsure


@pytest.mark.parametrize(
    "worse",
    [
        pytest.param("", id="empty"),
        pytest.param(PROMPT, id="pasted prompt"),
        pytest.param(f"{PROMPT} " * 6, id="prompt pasted to length"),
        pytest.param(f"{SENTENCE} " * 20, id="one sentence repeated to length"),
        pytest.param(shuffled(GOOD), id="words shuffled"),
        pytest.param(answer(0.8, 9_999, OTHER_SUBJECT), id="answer to another question"),
    ],
)
def test_a_worse_answer_never_scores_more_and_is_in_doubt(score: Score, worse: str) -> None:
    place, unsure = score(worse)

    assert place <= score(GOOD)[0]
    assert unsure


@pytest.mark.parametrize("padding", [pytest.param(PROMPT, id="prompt"), pytest.param(GOOD, id="itself")])
@pytest.mark.parametrize(
    "essay", [pytest.param(GOOD, id="ended"), pytest.param(GOOD.rstrip("."), id="without a stop")]
)
def test_padding_adds_nothing(score: Score, essay: str, padding: str) -> None:
    assert score(f"{essay} {padding}")[0] <= score(essay)[0] + 1e-9
