"""How much two lists of neighbours have in common."""

import pytest

from recommendations.agreement import mean_overlap


def test_the_mean_over_queries_of_the_share_that_was_found() -> None:
    assert mean_overlap([["a", "b"], ["c", "d"]], [["b", "x"], ["d", "c"]], k=2) == 0.75


def test_only_the_first_k_count() -> None:
    assert mean_overlap([["a", "b", "c"]], [["c", "a", "b"]], k=2) == 0.5


def test_fewer_than_k_may_be_there_to_find() -> None:
    assert mean_overlap([["a"]], [["a"]], k=10) == 1.0


def test_queries_that_nothing_is_expected_for_say_nothing() -> None:
    assert mean_overlap([[], ["a"]], [["x"], ["a"]], k=1) == 1.0
    assert mean_overlap([[]], [["x"]], k=1) is None


def test_each_query_is_compared_with_its_own() -> None:
    with pytest.raises(ValueError, match="shorter"):
        mean_overlap([["a"], ["b"]], [["a"]], k=1)
