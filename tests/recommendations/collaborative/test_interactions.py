"""Histories, their recency, and what is held back of them."""

import numpy as np

from recommendations.collaborative.interactions import RECENCY, Interactions, hold_back

# Anna took 0 then 2 then 1; Ben took 2; Cleo took 0 and 3.
USERS, ITEMS, TIMES = [0, 0, 0, 1, 2, 2], [0, 2, 1, 2, 3, 0], [1.0, 2.0, 3.0, 9.0, 5.0, 4.0]


def learners(*, timed: bool = True) -> Interactions:
    return Interactions.of(USERS, ITEMS, shape=(3, 4), times=TIMES if timed else None)


def test_rows_become_a_matrix_and_repeated_rows_count_once() -> None:
    found = Interactions.of([*USERS, 0], [*ITEMS, 0], shape=(3, 4), times=[*TIMES, 99.0])

    assert found.taken.toarray().tolist() == [[1, 1, 1, 0], [0, 0, 1, 0], [1, 0, 0, 1]]
    assert found.counts.tolist() == [2, 1, 2, 1]
    assert found.sizes.tolist() == [3, 1, 2]
    assert found.times is not None
    assert found.times.tolist() == [1.0, 3.0, 2.0, 9.0, 4.0, 5.0]


def test_the_latest_item_weighs_most_where_times_are_known() -> None:
    histories = learners().histories(np.array([0]))

    assert histories.seen.toarray().tolist() == [[1, 1, 1, 0]]
    expected = [RECENCY**2, 1.0, RECENCY, 0.0]
    assert np.allclose(histories.recent.toarray()[0], expected)


def test_without_times_all_weigh_the_same() -> None:
    histories = learners(timed=False).histories(np.array([2]))

    assert histories.recent.toarray().tolist() == [[1, 0, 0, 1]]


def test_the_latest_is_held_back_of_half_the_users_who_can_spare_one() -> None:
    split = hold_back(learners(), most_users=100, seed=1)

    (user,) = split.users
    assert user in (0, 2)
    assert split.held[0].tolist() == [{0: 1, 2: 3}[int(user)]]
    assert split.kept.taken.sum() == 5
    assert split.kept.taken[user, split.held[0][0]] == 0


def test_what_is_held_back_depends_on_the_seed_alone() -> None:
    many = Interactions.of(np.repeat(np.arange(50), 4), np.tile(np.arange(4), 50), shape=(50, 4))

    one, again, other = (hold_back(many, most_users=10, seed=seed) for seed in (1, 1, 2))

    assert one.users.tolist() == again.users.tolist()
    assert [held.tolist() for held in one.held] == [held.tolist() for held in again.held]
    assert one.users.tolist() != other.users.tolist()
    assert len(one.users) == 10
