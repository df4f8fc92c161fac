"""A person outranks a model, a model outranks rules and code; among equals the newest counts."""

import itertools

import pytest

from scoring.enums import ScoreSource
from scoring.precedence import RANKS, RULE, CandidateScore, effective


def given(source: str, run: int) -> CandidateScore[str]:
    return CandidateScore("essay", source, (run,), f"{source} {run}")


@pytest.mark.parametrize(
    ("scores", "counts"),
    [
        ([("human", 1), ("model", 2), ("code", 3)], "human 1"),
        ([("model", 1), ("code", 2)], "model 1"),
        ([("local", 1), ("model", 2)], "model 2"),
        ([("local", 1), ("code", 2)], "local 1"),
        ([("model", 1), (RULE, 2)], "model 1"),
        ([("code", 1), (RULE, 2)], "rule 2"),
        ([(RULE, 1), ("code", 2)], "code 2"),
        ([("human", 1), ("human", 2), ("model", 3)], "human 2"),
        ([("code", 1), ("code", 2)], "code 2"),
        ([(RULE, 2), (RULE, 1)], "rule 2"),
        ([(RULE, 5), ("human", 1)], "human 1"),
    ],
)
def test_one_score_counts_in_whatever_order_they_are_read(scores: list[tuple[str, int]], counts: str) -> None:
    for order in itertools.permutations(scores):
        assert effective(given(*one) for one in order) == {"essay": counts}


def test_each_answer_has_a_score_of_its_own() -> None:
    scores = [
        CandidateScore("a", "model", (1,), 1),
        CandidateScore("b", "human", (1,), 2),
        CandidateScore("a", "human", (1,), 3),
    ]

    assert effective(scores) == {"a": 3, "b": 2}


def test_every_source_has_a_rank() -> None:
    assert RANKS.keys() == {*ScoreSource.values, RULE}
    with pytest.raises(KeyError):
        effective([given("hearsay", 1), given("human", 1)])
