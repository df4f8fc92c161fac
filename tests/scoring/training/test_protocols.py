"""The three situations: trained on the question, on other questions, on nothing."""

from dataclasses import replace

import numpy as np
import pytest

from microcred.tables import TableError
from scoring.agreement import Scale as Levels
from scoring.agreement import weighted_kappa
from scoring.training import blend, cross_validation, evaluation
from scoring.training.batch import standing
from scoring.training.cross_prompt import ScoredQuestion, learn
from scoring.training.cross_validation import learned_target, splits, trained_scores
from scoring.training.dataset import Scale, ScoredText
from scoring.training.evaluation import Evaluation, SetFigures, evaluate, mean_of, side_by_side
from scoring.training.reading import Reader
from scoring.training.zero_shot import zero_shot_scores
from tests.scoring.training.made import PROMPT, answer, made_set

SETS = [made_set(50, name="1"), made_set(45, name="2", high=10, seed=1), made_set(40, name="3", seed=2)]


def kappa(predicted: np.ndarray, one: object) -> float:
    scores = one.scores  # type: ignore[attr-defined]
    found = weighted_kappa(predicted.astype(int), scores.astype(int), Levels(0, int(one.scale.high)))  # type: ignore[attr-defined]
    assert found is not None
    return found


@pytest.fixture(scope="module")
def known(read: Reader) -> list[ScoredQuestion]:
    return [ScoredQuestion(read([t.text for t in one.texts], PROMPT), one.scores, one.scale) for one in SETS]


def test_folds_are_those_given_or_five_that_never_change() -> None:
    given = [ScoredText("", 1.0, fold=fold) for fold in "abab"]

    assert [(list(learn), list(held)) for learn, held in splits(given)] == [
        ([1, 3], [0, 2]),
        ([0, 2], [1, 3]),
    ]
    made = splits(SETS[0].texts)
    assert sorted(np.concatenate([held for _, held in made])) == list(range(50))
    assert [list(held) for _, held in made] == [list(held) for _, held in splits(SETS[0].texts)]


@pytest.mark.parametrize("folds", ["aaaa", "ab a"])
def test_folds_that_cannot_be_used_are_refused(folds: str) -> None:
    with pytest.raises(TableError, match="at least two of them"):
        splits([ScoredText("", 1.0, fold=fold.strip()) for fold in folds])


def test_two_raters_are_learned_by_their_mean_on_the_scores_scale() -> None:
    higher = [
        ScoredText("", float(max(a, b)), float(a), float(b)) for a, b in [(0, 1), (1, 1), (2, 2), (3, 4)]
    ]
    one_missing = [replace(higher[0], score2=None), *higher[1:]]

    learned = learned_target(higher)

    assert learned[0] < learned[1] < learned[2] < learned[3]
    assert learned.mean() == pytest.approx(2.0)
    assert list(learned_target(one_missing)) == [1.0, 1.0, 2.0, 4.0]


def test_the_scorer_of_a_fold_knows_no_score_of_that_fold(known: list[ScoredQuestion]) -> None:
    texts = [replace(text, fold=str(at % 2)) for at, text in enumerate(SETS[0].texts)]
    lied = [replace(text, score=4.0 - text.score) if text.fold == "0" else text for text in texts]

    with side_by_side() as run:
        honest = trained_scores(known[0].reading, texts, SETS[0].scale, run=run)
        other = trained_scores(known[0].reading, lied, SETS[0].scale, run=run)

    assert (honest[::2] == other[::2]).all()
    assert (honest[1::2] != other[1::2]).any()


@pytest.mark.parametrize("in_batch", [True, False])
def test_an_unseen_question_is_scored_well_and_from_other_questions_only(
    known: list[ScoredQuestion], in_batch: bool
) -> None:
    predicted = learn(known[1:], in_batch=in_batch).scores(known[0].reading, known[0].scale).score

    assert kappa(predicted, SETS[0]) > 0.6
    assert set(predicted) <= set(known[0].scale.levels)


@pytest.mark.parametrize("prompt", ["", PROMPT])
def test_where_no_other_prompt_is_known_an_answer_by_itself_is_in_doubt_and_not_bounded(
    known: list[ScoredQuestion], read: Reader, prompt: str
) -> None:
    others = [ScoredQuestion(read([t.text for t in s.texts], prompt), s.scores, s.scale) for s in SETS[1:]]

    found = learn(others, in_batch=False).scores(read([answer(1.0, 9), ""], prompt), Scale(0, 10, 1))

    assert list(found.score) == [9.0, 0.0]
    assert list(found.strange) == [True, True]


def test_without_another_question_nothing_can_be_learned(known: list[ScoredQuestion]) -> None:
    with pytest.raises(ValueError, match="no other set"):
        learn([], in_batch=True)


def test_without_any_score_answers_are_still_told_apart(known: list[ScoredQuestion]) -> None:
    assert kappa(zero_shot_scores(known[0].reading, SETS[0].scale).score, SETS[0]) > 0.5


def test_in_a_batch_the_empty_answer_gets_the_least(read: Reader) -> None:
    texts = [*(text.text for text in SETS[0].texts), "", PROMPT]

    scores = zero_shot_scores(read(texts, PROMPT), Scale(1, 6, 1)).score

    assert list(scores[-2:]) == [1.0, 1.0]
    assert scores[:-2].mean() > 2


@pytest.mark.parametrize("count", [1, 2])
def test_a_batch_of_one_or_two_has_finite_figures(read: Reader, count: int) -> None:
    stand = standing(read([answer(0.5, at) for at in range(count)], ""))

    assert np.isfinite(stand.counts).all()
    assert np.isfinite(stand.inner).all()


class TestEvaluate:
    """Figures of whole files."""

    @pytest.fixture(scope="class")
    def trained(self, read: Reader) -> Evaluation:
        rated = made_set(40, name="1", raters=True)
        grouped = [
            replace(t, group="ab"[at % 2]) for at, t in enumerate(made_set(30, name="2", seed=5).texts)
        ]
        return evaluate(
            [rated, replace(made_set(1), id="2", texts=grouped), made_set(2, name="3")], "trained", read
        )

    def test_each_set_has_its_figures(self, trained: Evaluation) -> None:
        one = trained.sets["1"]

        assert one.n == 40
        assert None not in (
            one.qwk,
            one.qwk_low,
            one.qwk_high,
            one.exact,
            one.adjacent,
            one.rmse,
            one.ms_per_text,
        )
        assert (one.qwk_low or 0) <= (one.qwk or 0) <= (one.qwk_high or 0)
        assert (one.exact or 0) <= (one.adjacent or 0) <= 1
        assert (one.human_qwk or 0) > 0.8
        assert trained.sets["2"].human_qwk is None

    def test_what_cannot_be_computed_is_none_and_left_out_of_the_mean(self, trained: Evaluation) -> None:
        assert (trained.sets["3"].n, trained.sets["3"].qwk, trained.sets["3"].exact) == (2, None, None)
        assert trained.mean.n == 72
        both = [trained.sets[name].qwk or 0.0 for name in "12"]
        assert trained.mean.qwk == pytest.approx(sum(both) / 2)

    def test_the_interval_of_the_mean_ends_where_kappa_does(self) -> None:
        wide = SetFigures(
            n=4,
            qwk=0.9,
            qwk_low=0.2,
            qwk_high=1.0,
            exact=None,
            adjacent=None,
            rmse=None,
            human_qwk=None,
            ms_per_text=None,
        )

        mean = mean_of({"1": wide})

        assert mean.qwk_low == pytest.approx(0.5)
        assert mean.qwk_high == 1.0

    def test_groups_have_their_signed_error(self, trained: Evaluation) -> None:
        assert {name: set(groups) for name, groups in trained.groups.items()} == {"2": {"a", "b"}}
        assert [error.n for error in trained.groups["2"].values()] == [15, 15]

    def test_unseen_is_measured_with_and_without_the_batch(self, read: Reader) -> None:
        found = evaluate(SETS, "unseen", read)

        assert found.batch_standardised is not None
        assert found.batch_mean is not None
        assert set(found.sets) == set(found.batch_standardised) == {"1", "2", "3"}
        assert (found.batch_mean.qwk or 0) > 0.6

    def test_of_many_sets_several_share_a_model_and_none_is_in_its_own(
        self, read: Reader, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(evaluation, "MOST_MODELS", 2)
        lied = replace(SETS[0], texts=[replace(t, score=4.0 - t.score) for t in SETS[0].texts])

        honest = evaluate(SETS, "unseen", read)
        other = evaluate([lied, *SETS[1:]], "unseen", read)

        # Sets 1 and 3 share the model that knows set 2 alone.
        assert honest.sets["3"].qwk == other.sets["3"].qwk
        assert honest.sets["2"].qwk != other.sets["2"].qwk

    def test_folds_that_cannot_be_used_are_refused_before_anything_is_read(self) -> None:
        texts = [replace(text, fold="a") for text in SETS[0].texts]

        with pytest.raises(TableError, match="Set 1: folds must be given"):
            evaluate([replace(SETS[0], texts=texts)], "trained", lambda *_: pytest.fail("read"))

    def test_among_very_many_answers_a_fold_learns_from_a_sample(
        self, read: Reader, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(blend, "MOST_ANSWERS", 60)
        monkeypatch.setattr(cross_validation, "MOST_ANSWERS", 60)
        many = made_set(160)

        assert (evaluate([many], "trained", read).mean.qwk or 0) > 0.6
        assert len(blend.sample(many.scores)) == 60

    def test_unseen_with_a_single_set_cannot_be_measured(self, read: Reader) -> None:
        found = evaluate(SETS[:1], "unseen", read)

        assert found.sets["1"].qwk is None
        assert found.mean.qwk is None

    def test_the_same_file_gives_the_same_figures(self, read: Reader) -> None:
        first, second = (evaluate(SETS[:2], "zero", read) for _ in range(2))

        assert [f.qwk for f in first.sets.values()] == [f.qwk for f in second.sets.values()]
