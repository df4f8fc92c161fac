"""A scorer of one question: that it learns, what cannot fool it, and how it is stored."""

import io
import random
from collections.abc import Callable

import numpy as np
import pytest

from scoring.agreement import Scale as Levels
from scoring.agreement import weighted_kappa
from scoring.training import artefact
from scoring.training.blend import Predictions, Scorer, fit_scorer, predict
from scoring.training.reading import Reader
from tests.scoring.training.made import OTHER_SUBJECT, PROMPT, SUBJECT, answer, made_set

LEARNT = made_set(160)
NEW = made_set(60, seed=7)
GOOD = answer(0.9, 99)


@pytest.fixture(scope="module")
def scorer(read: Reader) -> Scorer:
    reading = read([text.text for text in LEARNT.texts], PROMPT)
    return fit_scorer(reading, LEARNT.scores, LEARNT.scale.levels)


Say = Callable[..., Predictions]


@pytest.fixture
def say(read: Reader, scorer: Scorer) -> Say:
    """The predictions for some answers."""
    return lambda *texts: predict(scorer, read(texts, PROMPT))


def test_it_agrees_with_people_on_answers_it_has_not_seen(say: Say) -> None:
    predicted = say(*(text.text for text in NEW.texts)).score

    kappa = weighted_kappa(predicted.astype(int), NEW.scores.astype(int), Levels(0, 4))
    assert kappa is not None
    assert kappa > 0.8


def test_an_answer_scores_the_same_whatever_stands_beside_it(say: Say) -> None:
    alone, beside = say(GOOD), say(answer(0.1, 5), GOOD)

    assert alone.place[0] == pytest.approx(beside.place[1], abs=1e-9)


def shuffled(text: str) -> str:
    words = ("the library would open because our staff must have the time to rest. " * 3 + text).split()
    random.Random(3).shuffle(words)
    return " ".join(words)


@pytest.mark.parametrize(
    ("worse", "strange"),
    [
        pytest.param("", True, id="empty"),
        pytest.param(PROMPT, True, id="pasted prompt"),
        pytest.param(GOOD.split(".")[0] + "." + (" " + GOOD.split(".")[0] + ".") * 20, None, id="repeated"),
        pytest.param(shuffled(GOOD), True, id="shuffled"),
        pytest.param(answer(0.9, 99, OTHER_SUBJECT), True, id="another question"),
    ],
)
def test_a_worse_answer_never_gets_more_and_is_found_strange(
    say: Say, worse: str, strange: bool | None
) -> None:
    good, bad = say(GOOD), say(worse)

    assert bad.place[0] < good.place[0]
    assert not good.strange[0]
    assert strange is None or bool(bad.strange[0]) is strange


@pytest.mark.parametrize("padding", [f" {PROMPT}", " " + GOOD])
def test_a_pasted_prompt_or_the_same_again_adds_nothing(say: Say, padding: str) -> None:
    assert say(GOOD + padding).place[0] <= say(GOOD).place[0] + 1e-9


def test_an_answer_without_words_gets_the_lowest_score(say: Say) -> None:
    assert list(say("", "...", "\n").score) == [0.0, 0.0, 0.0]


def test_fitting_again_gives_the_same_bits(read: Reader, scorer: Scorer) -> None:
    reading = read([text.text for text in LEARNT.texts], PROMPT)

    again = fit_scorer(reading, LEARNT.scores, LEARNT.scale.levels)

    assert artefact.to_bytes(again) == artefact.to_bytes(scorer)


@pytest.mark.parametrize("count", [1, 2, 12])
def test_few_examples_make_a_scorer_that_stays_on_the_scale(read: Reader, count: int) -> None:
    few = LEARNT.texts[:count]

    made = fit_scorer(read([t.text for t in few], ""), np.array([t.score for t in few]), LEARNT.scale.levels)

    predicted = predict(made, read([GOOD, ""], "")).score
    assert set(predicted) <= set(LEARNT.scale.levels)


def test_a_stored_scorer_says_the_same(read: Reader, scorer: Scorer) -> None:
    reading = read([text.text for text in NEW.texts], PROMPT)
    before = predict(scorer, reading)

    after = predict(artefact.from_bytes(artefact.to_bytes(scorer)), reading)

    assert after.place == pytest.approx(before.place, abs=1e-3)
    assert (after.strange == before.strange).all()


def test_what_is_stored_has_no_word_of_a_student(scorer: Scorer) -> None:
    with np.load(io.BytesIO(artefact.to_bytes(scorer)), allow_pickle=False) as stored:
        content = b"".join(stored[name].tobytes() for name in stored.files)

    assert not any(word.encode() in content for word in SUBJECT if len(word) > 4)


@pytest.mark.parametrize("data", [b"", b"no archive", b"PK\x03\x04"])
def test_bytes_that_are_no_scorer_are_refused(data: bytes) -> None:
    with pytest.raises(artefact.ArtefactError):
        artefact.from_bytes(data)


def test_a_pickle_in_the_archive_is_refused_and_not_run() -> None:
    stream = io.BytesIO()
    np.savez(stream, format=np.array([object()], dtype=object))

    with pytest.raises(artefact.ArtefactError, match="pickle"):
        artefact.from_bytes(stream.getvalue())


def test_an_older_format_is_refused(scorer: Scorer) -> None:
    stream = io.BytesIO()
    np.savez(stream, format=np.frombuffer(b"trained-0", np.uint8))

    with pytest.raises(artefact.ArtefactError, match="another format"):
        artefact.from_bytes(stream.getvalue())
