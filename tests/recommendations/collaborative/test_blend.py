"""Weights come from what was taken, and only from what was held back."""

from dataclasses import replace

import numpy as np
import pytest

from recommendations.collaborative import blend, engine, learning_to_rank
from recommendations.collaborative.blend import Blend, Weights
from recommendations.collaborative.interactions import Interactions, hold_back
from recommendations.collaborative.learning_to_rank import RankingLists
from recommendations.collaborative.signals import ConstantSignal


def noise(*, users: int = 400, items: int = 60, seed: int = 5) -> Interactions:
    """Users of three groups who take items of their group, each group having its own twenty."""
    generator = np.random.default_rng(seed)
    rows, taken = [], []
    for user in range(users):
        own = generator.choice(20, size=4, replace=False) + 20 * (user % 3)
        rows += [user] * 4
        taken += own.tolist()
    return Interactions.of(rows, taken, shape=(users, items))


def lists(*, seed: int = 1) -> RankingLists:
    """Fifty users with ten candidates; the first feature tells what is held back, the second is chance."""
    generator = np.random.default_rng(seed)
    held = np.tile(np.arange(10) == 4, 50)
    told = generator.random(500) + 0.6 * held
    return RankingLists(
        np.column_stack([told, generator.random(500)]).astype(np.float32), held, np.arange(0, 500, 10)
    )


@pytest.mark.parametrize("learn", [learning_to_rank.fit_listwise, learning_to_rank.fit_approx_ndcg])
def test_what_tells_weighs_and_chance_does_not(learn: blend.Learn) -> None:
    telling, chance = learn(lists())

    assert telling > 5 * chance
    assert chance >= 0.0


@pytest.mark.parametrize("learn", [learning_to_rank.fit_listwise, learning_to_rank.fit_approx_ndcg])
def test_what_differs_only_by_rounding_does_not_weigh(learn: blend.Learn) -> None:
    whole = lists()
    rounding = 1e-8 * np.random.default_rng(3).random(500)

    weights = learn(replace(whole, features=np.column_stack([whole.features[:, 0], rounding])))

    assert weights[0] > 1.0
    assert weights[1] == 0.0


def test_what_is_fitted_gains_as_much_as_the_best_single_feature() -> None:
    fitted = learning_to_rank.fit_approx_ndcg(lists())

    best = learning_to_rank.mean_gain(lists().features @ fitted, lists())
    assert best > learning_to_rank.mean_gain(lists().features @ np.array([0.0, 1.0]), lists())
    assert best >= 0.97 * learning_to_rank.mean_gain(lists().features @ np.array([1.0, 0.0]), lists())


def test_gain_is_ndcg_of_what_was_held_back() -> None:
    scores = np.tile(np.arange(10, 0, -1.0), 50)

    assert learning_to_rank.mean_gain(scores, lists()) == pytest.approx(1 / np.log2(6))


def test_a_signal_that_tells_nothing_gets_next_to_no_say() -> None:
    interactions = noise()
    split = hold_back(interactions, most_users=200, seed=1)
    signals = [
        *engine.taken_signals(split.kept),
        ConstantSignal("luck", np.random.default_rng(0).random(60).astype(np.float32)),
    ]

    fitted = blend.fit(signals, blend.collect(signals, split))

    spread = {
        signal.name: float(signal.scores(split.kept.histories(split.users)).std()) for signal in signals
    }
    said = {
        name: weight * (1.0 if fitted.of_shares else spread[name])
        for name, weight in fitted.by_signal.items()
    }
    assert said["luck"] < 0.2 * max(said.values())


def test_a_blend_adds_up_weighed_shares() -> None:
    one, other = (
        ConstantSignal("one", np.array([2, 4, 8], np.float32)),
        ConstantSignal("other", np.array([1, 0, 5], np.float32)),
    )
    seen = Interactions.of([0], [2], shape=(1, 3)).histories(np.array([0]))

    shares = Blend("blend", [one, other], Weights({"one": 2.0, "other": 3.0})).scores(seen)
    raw = Blend("blend", [one, other], Weights({"one": 2.0, "other": 0.0}, of_shares=False)).scores(seen)

    # The highest for an item not yet seen is 4 of the one and 1 of the other.
    assert shares[0, :2].tolist() == [2 * 0.5 + 3 * 1.0, 2 * 1.0]
    assert raw.tolist() == [[4, 8, 16]]


def test_with_nothing_to_hold_back_all_weigh_the_same() -> None:
    lonely = Interactions.of([0, 1, 2], [0, 1, 0], shape=(3, 4))

    fitted = engine.fit(lonely, None)

    assert set(fitted.blend.weights.values()) == {1.0}
    assert fitted.text is None


def test_the_blend_finds_the_group_and_the_same_one_each_time() -> None:
    interactions = noise()

    fitted, again = engine.fit(interactions, None), engine.fit(interactions, None)

    scores = fitted.blend.scores(interactions.histories(np.arange(3)))
    for group, own in enumerate(scores):
        unseen = own * (interactions.taken[group].toarray()[0] == 0)
        assert set((np.argsort(-unseen)[:10] // 20).tolist()) == {group}
    assert fitted.blend.weights == again.blend.weights
