"""One learner at a time gets what the blend says, in parts that add up, and the same after storing."""

import numpy as np
import pytest

from recommendations.collaborative import engine, serving
from recommendations.collaborative.blend import Blend, Weights
from recommendations.collaborative.serialization import NotPackable, pack, unpack
from recommendations.collaborative.serving import NotServed, ServedBlend, items_of, mixed, score_of
from recommendations.collaborative.signals import ConstantSignal, ItemToItem
from recommendations.collaborative.texts import Meaning
from tests.recommendations.collaborative.test_blend import noise

ITEMS = [f"item-{number}" for number in range(60)]
TOGETHER = ItemToItem("knn", np.array([[0, 3, 1], [3, 0, 0], [1, 0, 0]], np.float32))
TAKEN = ConstantSignal("popularity", np.array([1, 2, 4], np.float32))


def served(*, knn: float = 1.0, popularity: float = 0.5) -> ServedBlend[str]:
    weights = Weights({"knn": knn, "popularity": popularity})
    return ServedBlend.of(Blend("blend", [TOGETHER, TAKEN], weights), ["a", "b", "c"])


def test_a_score_is_the_weighed_sum_of_its_parts_beside_the_highest() -> None:
    said = served().ask(["a"])

    # Shares of the highest for what is not held: knn 3/3 and 1/3, popularity 2/4 and 4/4.
    assert said.parts_of("b") == pytest.approx({"knn": 1.0, "popularity": 0.5})
    assert said.parts_of("c") == pytest.approx({"knn": 1 / 3, "popularity": 1.0})
    assert said.highest == pytest.approx(1.25)
    assert said.score("b") == 1.0
    assert said.score("c") == pytest.approx((1 / 3 + 0.5) / 1.25)


def test_few_credentials_count_little_and_what_is_not_known_counts_for_nothing() -> None:
    said = served().ask(["a", "unheard-of"])

    assert said.known == 1
    assert said.share == pytest.approx(1 / 3)
    assert said.score("unheard-of") == 0.0
    assert mixed(0.6, 0.9, said.share) == pytest.approx(0.7)
    assert mixed(0.6, 0.9, 0.0) == 0.6


def test_a_history_that_says_nothing_scores_nothing() -> None:
    said = served(popularity=0.0).ask(["unheard-of"])

    assert [said.score(item) for item in ("a", "b", "c")] == [0.0, 0.0, 0.0]


def test_written_parts_make_the_same_score() -> None:
    said = served().ask(["a"])

    assert score_of(said.parts_of("c"), dict(said.weights), said.highest) == said.score("c")
    assert score_of({}, {}, 0.0) == 0.0


@pytest.mark.parametrize(
    ("part", "highest", "score"),
    [(1.0, 4.0, 0.5), (2.0, 4.0, 1.0), (3.0, 4.0, 1.0), (-1.0, 4.0, 0.0), (1.0, 0.0, 0.0)],
)
def test_a_score_lies_between_zero_and_one(part: float, highest: float, score: float) -> None:
    assert score_of({"knn": part}, {"knn": 2.0}, highest) == score


def test_the_best_are_those_not_held_as_many_as_there_are() -> None:
    assert served().best(["a"], 2) == ["b", "c"]
    assert served().best(["a"], 1) == ["b"]
    assert served(knn=0.1).best(["a"], 9) == ["c", "b"]
    assert served().best(["a", "b", "c"], 5) == []


def test_what_has_no_weight_is_left_out() -> None:
    found = served(popularity=0.0)

    assert [signal.name for signal in found.blend.signals] == ["knn"]
    assert found.ask(["a"]).parts_of("c") == pytest.approx({"knn": 1 / 3})


def test_what_is_served_is_the_blend_that_is_measured() -> None:
    interactions = noise()
    fitted = engine.fit(interactions, None).blend
    found = ServedBlend.of(unpack(pack(ServedBlend.of(fitted, ITEMS).blend), fitted.fitted), ITEMS)

    for user in range(0, 400, 40):
        held = interactions.taken.indices[interactions.of_user(user)]
        scores = fitted.scores(interactions.histories(np.array([user])))[0]
        scores[held] = -np.inf
        history = [ITEMS[place] for place in held]
        best = found.best(history, 5)
        assert scores[[ITEMS.index(item) for item in best]] == pytest.approx(
            np.sort(scores)[::-1][:5], rel=1e-5
        )
        said = found.ask(history)
        assert [said.score(item) for item in best] == sorted(map(said.score, best), reverse=True)
        assert said.score(best[0]) == pytest.approx(1.0)


def test_the_order_in_which_something_was_taken_counts_where_it_is_known() -> None:
    follows = ItemToItem(
        "transitions", np.array([[0, 0, 1], [0, 0, 0.8], [0, 0, 0]], np.float32), by_recency=True
    )
    found = ServedBlend.of(
        Blend("blend", [follows], Weights({"transitions": 1.0}, of_shares=False)), ["a", "b", "c"]
    )

    assert found.ask(["a", "b"]).parts_of("c") == pytest.approx({"transitions": 0.8 + 0.7 * 1.0})
    assert found.ask(["b", "a"]).parts_of("c") == pytest.approx({"transitions": 1.0 + 0.7 * 0.8})


def test_known_weights_serve_signals_that_are_fitted_anew() -> None:
    first = engine.fit(noise(), None).blend

    again = engine.refit(noise(seed=6), None, first.fitted)

    assert dict(again.weights) == {signal.name: first.weights[signal.name] for signal in again.signals}


def test_a_signal_without_arrays_of_its_own_is_refused() -> None:
    meaning = Meaning("meaning", np.ones((3, 2), np.float32), np.zeros(3, np.float32))

    with pytest.raises(NotPackable, match="meaning"):
        pack(Blend("blend", [meaning], Weights({"meaning": 1.0})))
    with pytest.raises(NotServed, match="meaning"):
        ServedBlend.of(Blend("blend", [meaning], Weights({"meaning": 1.0})), ["a", "b", "c"]).ask(["a"])


def test_what_fewer_than_three_hold_is_about_somebody_and_no_item() -> None:
    assert serving.MIN_HOLDERS == 3
    assert items_of([["a", "b"], ["a", "b"], ["a", "c", "c"]]) == ["a"]
