"""The smallest single change that puts another credential first is found by the engine itself, within bounds."""

import uuid
from collections.abc import Mapping

from recommendations.fusion import Candidate
from recommendations.gaps import Target
from recommendations.what_if import (
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


def test_a_credential_counts_by_what_it_is_best_for_and_one_that_was_not_found_for_nothing() -> None:
    both, other = Candidate(A, "a-both", {"sql": 4.0}), Candidate(B, "b-other", {"sql": 4.0})
    levels = {"sql": 2.0, "charts": 2.0}

    assert screen(both, other).first(levels) == A
    assert screen(both, other, sql={A: 0.9, B: 0.5}, charts={A: 0.1, B: 0.5}).first(levels) == A
    assert screen(both, other, sql={B: 0.01}).first(levels) == B


def test_skill_levels_are_tried_the_shortest_way_first_and_stay_on_the_scale() -> None:
    tried = list(skill_changes(TARGETS, {"sql": 0.5, "charts": 4.5, "dancing": 2.0}))

    assert [(one.skill, one.levels[one.skill]) for one in tried] == [
        ("sql", 0.75), ("sql", 0.25), ("charts", 4.75), ("charts", 4.25),
        ("sql", 1.0), ("sql", 0.0), ("charts", 5.0), ("charts", 4.0),
        ("sql", 1.25), ("charts", 3.75),
        ("sql", 1.5), ("charts", 3.5),
        ("sql", 2.0), ("charts", 3.0),
        ("sql", 2.5), ("charts", 2.5),
    ]  # fmt: skip
    assert tried[1] == Change(
        kind="skill",
        words="A level of 0.25 instead of 0.50 in SQL",
        levels={"sql": 0.25, "charts": 4.5, "dancing": 2.0},
        moved=0.25,
        skill="sql",
        was="0.50",
        becomes="0.25",
    )


def test_a_skill_that_was_not_measured_is_not_tried() -> None:
    assert {one.skill for one in skill_changes(TARGETS, {"charts": 2.0})} == {"charts"}


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

    assert (len(looked), len(worked)) == (160, 6)


def bringing(number: int) -> list[Candidate]:
    return [Candidate(uuid.UUID(int=n), f"c{n:04}", {"sql": 3.0}, retrieval=n / 1000) for n in range(number)]


def test_of_a_large_catalog_those_best_known_are_looked_at() -> None:
    chosen = relevant([*bringing(1000), Candidate(A, "beside", {"dancing": 5.0})], TARGETS)

    assert [one.retrieval for one in chosen] == [n / 1000 for n in range(999, 599, -1)]


def test_a_small_catalog_is_looked_at_whole_but_for_what_brings_no_skill_of_the_role() -> None:
    catalog = bringing(400)

    assert relevant([Candidate(A, "beside", {"dancing": 5.0}), *catalog], TARGETS) == catalog


def test_neighbours_and_feedback_make_a_credential_known_too() -> None:
    liked = Candidate(A, "liked", {"charts": 3.0}, neighbours=0.2, feedback=0.5)
    taken = Candidate(B, "taken", {"charts": 3.0}, neighbours=0.1, feedback=0.7)
    refused = Candidate(uuid.UUID(int=2000), "refused", {"charts": 3.0}, feedback=0.3)
    others = [one._replace(credential_id=uuid.UUID(int=3000 + n)) for n, one in enumerate(bringing(399))]

    chosen = relevant([liked, taken, refused, *others], TARGETS)

    assert [one.key for one in chosen[-4:]] == ["c0004", "c0003", "c0002", "c0001"]
    assert refused not in chosen
    assert chosen.index(taken) < chosen.index(liked)
