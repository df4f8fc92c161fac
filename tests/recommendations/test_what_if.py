"""The smallest single change that puts another credential first is found by the engine itself, within bounds."""

import uuid
from collections.abc import Mapping

from recommendations.fusion import Candidate
from recommendations.gaps import Target
from recommendations.what_if import (
    MOST_LOOKED_AT,
    MOST_RANKED,
    MOST_VERIFIED,
    Change,
    Screen,
    first_flip,
    relevant,
    skill_changes,
)

A, B = uuid.UUID(int=1), uuid.UUID(int=2)
TARGETS = [Target("sql", "SQL", 4.0, 5), Target("charts", "Charts", 4.0, 5)]
SQL, CHARTS = Candidate(A, "sql-course", {"sql": 4.0}), Candidate(B, "chart-course", {"charts": 4.0})


def screen(*candidates: Candidate, **relevances: Mapping[uuid.UUID, float]) -> Screen:
    return Screen(
        targets=TARGETS,
        candidates=candidates or (SQL, CHARTS),
        relevances=relevances,
        earned=frozenset(),
        stated={},
        contested=frozenset(),
        unavailable=("neighbours",),
    )


def change(level: float) -> Change:
    return Change("skill", f"SQL at {level}", {"sql": level, "charts": 3.0}, moved=level)


def test_the_screen_ranks_as_the_engine_does() -> None:
    assert screen().first({"sql": 2.0, "charts": 3.0}) == A
    assert screen().first({"sql": 3.5, "charts": 3.0}) == B


def test_the_screen_weighs_what_was_found_by_the_needs_as_they_would_be() -> None:
    found = {"sql": {A: 0.2, B: 0.0}, "charts": {A: 0.0, B: 0.9}}
    assert screen(**found).first({"sql": 2.0, "charts": 2.5}) == B


def test_skill_levels_are_tried_the_shortest_way_first_and_stay_on_the_scale() -> None:
    tried = list(skill_changes(TARGETS, {"sql": 0.1, "charts": 4.9}))

    assert [one.moved for one in tried] == sorted(one.moved for one in tried)
    assert tried[0].words == "A level of 0.35 instead of 0.10 in SQL"
    assert all(0 <= level <= 5 for one in tried for level in one.levels.values())


def test_the_first_change_that_the_whole_engine_agrees_to_counts() -> None:
    changes = [change(3.0), change(3.4), change(3.5)]
    flip, looked = first_flip(
        changes, standing=A, look=lambda _: B, work_out=lambda levels: B if levels["sql"] >= 3.4 else A
    )

    assert flip is not None
    assert (flip.change, flip.first, looked) == (changes[1], B, 2)


def test_what_only_the_screen_believes_does_not_count() -> None:
    flip, looked = first_flip([change(1.0)] * 3, standing=A, look=lambda _: B, work_out=lambda _: A)
    assert (flip, looked) == (None, 3)


def test_a_list_that_would_be_empty_puts_nothing_first() -> None:
    flip, _ = first_flip([change(5.0)], standing=A, look=lambda _: None, work_out=lambda _: B)
    assert flip is None


def test_the_cost_is_bounded() -> None:
    looked: list[float] = []
    worked: list[float] = []

    def look(levels: Mapping[str, float]) -> uuid.UUID:
        looked.append(levels["sql"])
        return A

    def work_out(levels: Mapping[str, float]) -> uuid.UUID:
        worked.append(levels["sql"])
        return A

    first_flip((change(one) for one in range(10_000)), standing=A, look=look, work_out=work_out)
    first_flip((change(one) for one in range(10_000)), standing=A, look=lambda _: B, work_out=work_out)

    assert (len(looked), len(worked)) == (MOST_LOOKED_AT, MOST_VERIFIED)


def test_of_a_large_catalog_those_best_known_are_looked_at() -> None:
    many = [Candidate(uuid.UUID(int=n), f"c{n:04}", {"sql": 3.0}, retrieval=n / 1000) for n in range(1000)]
    chosen = relevant([*many, Candidate(A, "beside", {"dancing": 5.0})], TARGETS)

    assert len(chosen) == MOST_RANKED
    assert min(one.retrieval for one in chosen) == 0.6
