"""What each signal says, in figures that can be worked out by hand or by another method."""

import numpy as np
import pytest
from scipy import sparse

from recommendations.collaborative import co_occurrence, linear, texts
from recommendations.collaborative.interactions import Histories, Interactions
from recommendations.collaborative.linear import NotInvertible
from recommendations.collaborative.signals import tabulated

# Four took 0 and 1 together, two took 2 with 3, one took 1 and 2; nobody took 4.
PAIRS = [(0, 1)] * 4 + [(2, 3)] * 2 + [(1, 2)]
USERS = np.repeat(np.arange(7), 2)
TAKEN = np.array(PAIRS).ravel()


def learners(*, times: bool = False) -> Interactions:
    return Interactions.of(USERS, TAKEN, shape=(7, 5), times=[1.0, 2.0] * 7 if times else None)


def history(*items: int, of: int = 5) -> Histories:
    row = sparse.csr_matrix(np.isin(np.arange(of), items).astype(np.float32)[None, :])
    return Histories(row, row)


def test_popularity_says_the_same_to_everybody() -> None:
    scores = co_occurrence.popularity(learners()).scores(history(0))

    assert np.allclose(scores, np.log1p([[4, 5, 3, 2, 0]]))


def test_neighbours_are_shrunk_cosines_without_the_item_itself() -> None:
    scores = co_occurrence.neighbours(learners(), shrinkage=1.0).scores(history(1))

    expected = [4 / (np.sqrt(20) + 1), 0, 1 / (np.sqrt(15) + 1), 0, 0]
    assert np.allclose(scores, [expected])


def test_transitions_go_one_way() -> None:
    found = co_occurrence.transitions(learners(times=True), shrinkage=0.0)

    assert found is not None
    assert found.scores(history(0))[0, 1] == pytest.approx(4 / np.sqrt(20))
    assert found.scores(history(1))[0, 0] == 0.0


def test_without_times_there_are_no_transitions() -> None:
    assert co_occurrence.transitions(learners()) is None


def test_each_item_is_predicted_from_the_others_by_the_least_squares_with_a_zero_diagonal() -> None:
    ridge = 0.7

    weights = np.vstack(
        [linear.autoencoder(learners(), ridge=ridge).scores(history(item)) for item in range(5)]
    )

    matrix = learners().taken.toarray()
    for target in range(4):
        others = [item for item in range(4) if item != target]
        left = matrix[:, others]
        solved = np.linalg.solve(left.T @ left + ridge * np.eye(3), left.T @ matrix[:, target])
        assert np.allclose(weights[others, target], np.maximum(solved, 0.0), atol=1e-5)
        assert weights[target, target] == 0.0
    assert not weights[4].any()
    assert not weights[:, 4].any()


def test_a_large_inverse_is_mirrored_rightly() -> None:
    generator = np.random.default_rng(3)
    taken = generator.random((900, 600)) < 0.02
    users, items = np.nonzero(taken)
    interactions = Interactions.of(users, items, shape=taken.shape)
    known = np.flatnonzero(taken.any(axis=0))

    scores = linear.autoencoder(interactions, ridge=5.0).scores(history(int(known[0]), of=600))

    inverse = np.linalg.inv(taken.T.astype(float) @ taken + 5.0 * np.eye(600))
    expected = -inverse[known[0]] / np.diag(inverse)
    expected[known[0]] = 0.0
    assert np.allclose(scores[0, known], np.maximum(expected, 0.0)[known], atol=1e-5)


def test_a_matrix_that_cannot_be_inverted_is_named() -> None:
    with pytest.raises(NotInvertible):
        linear.autoencoder(learners(), ridge=-10.0)


def test_factors_join_items_that_go_together_through_others() -> None:
    found = linear.factors(learners(), rank=2)

    assert found is not None
    together, apart = found.scores(history(0))[0, [1, 3]]
    assert together > apart


def test_too_few_items_have_no_factors() -> None:
    assert linear.factors(Interactions.of([0], [0], shape=(1, 1)), rank=2) is None


# Items 0 and 1 speak of one subject, 2 and 3 of another, 4 says nothing.
VECTORS = np.array([[1, 0.2, 0], [0.9, 0.3, 0.1], [0.1, 0.2, 1], [0, 0.3, 0.9], [0, 0, 0]], np.float32)


def test_meaning_finds_the_same_subject_and_passes_over_the_wordless() -> None:
    scores = texts.meaning(VECTORS).scores(history(0))[0]

    assert np.argsort(-scores)[:2].tolist() == [0, 1]
    assert scores[1] > 10 * scores[2]


def test_affinity_learns_that_two_subjects_go_together() -> None:
    # Who takes something of the first subject takes something of the second.
    interactions = Interactions.of(np.repeat(np.arange(40), 2), [0, 2, 1, 3] * 20, shape=(40, 5))

    signal = texts.affinity(texts.centred(VECTORS), interactions, ridge=0.1, name="affinity")

    scores = signal.scores(history(0))[0]
    assert min(scores[2], scores[3]) > 2 * scores[1]


def test_words_count_what_is_shared_and_rare() -> None:
    signal = texts.words(["welding of steel", "welding of pipes", "baking of bread", ""])

    assert signal is not None
    scores = signal.scores(history(0, of=4))[0]
    assert scores[1] > 0.0
    assert scores[2] == scores[3] == 0.0


def test_texts_without_words_give_no_signal() -> None:
    assert texts.words(["", "the of and"]) is None


def test_a_table_says_what_the_signal_says() -> None:
    signal = texts.meaning(VECTORS)

    table = tabulated(signal, n_items=5)

    assert np.allclose(table.scores(history(0, 2)), signal.scores(history(0, 2)), rtol=1e-5)
