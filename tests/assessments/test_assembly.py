"""Which questions are drawn from a pool."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessments.assembly import PoolItem, assemble

SKILLS = ["sql", "statistics", "python", "writing"]


def item(key: str, skill: str, question_type: str = "multiple_choice", difficulty: int = 3) -> PoolItem:
    return PoolItem(key, question_type, difficulty, {skill: 1.0})


POOL = [item(f"{skill}-{number}", skill) for skill in SKILLS for number in range(4)]


def test_every_skill_is_measured_before_one_is_measured_twice() -> None:
    chosen = assemble(POOL, importance=dict.fromkeys(SKILLS, 3), size=4, seed=1)

    assert sorted(next(iter(question.skills)) for question in chosen) == sorted(SKILLS)


def test_an_essential_skill_is_measured_more_often() -> None:
    chosen = assemble(POOL, importance={"sql": 5, "statistics": 1, "python": 1, "writing": 1}, size=6, seed=1)

    counted = [next(iter(question.skills)) for question in chosen]
    assert counted.count("sql") == 3


@pytest.mark.parametrize(("importance", "second"), [(5, "sql"), (4, "sql or python"), (3, "python")])
def test_a_skill_counts_by_the_square_less_once_it_is_measured(importance: int, second: str) -> None:
    """A second question about SQL is worth a quarter of its importance, one about Python its 1."""
    pool = [item("sql-1", "sql"), item("sql-2", "sql"), item("python-1", "python")]
    given = {"sql": importance, "python": 1}

    drawn = {
        "sql" if len(skills) == 1 else "python"
        for seed in range(20)
        for skills in [
            {skill for one in assemble(pool, importance=given, size=2, seed=seed) for skill in one.skills}
        ]
    }

    assert drawn == set(second.split(" or "))


def test_a_skill_that_the_role_does_not_name_counts_least() -> None:
    pool = [item("named", "sql"), item("unnamed", "weaving")]

    drawn = {assemble(pool, importance={"sql": 1}, size=1, seed=seed)[0].key for seed in range(20)}

    assert drawn == {"named", "unnamed"}
    assert [one.key for one in assemble(pool, importance={"sql": 2}, size=1, seed=5)] == ["named"]


def test_an_essay_goes_before_a_profile_question_where_one_is_asked() -> None:
    pool = [*POOL, item("essay", "writing", "essay"), item("profile", "sql", "profile")]

    assert [one.key for one in assemble(pool, importance={}, size=1, seed=7)] == ["essay"]


def test_profile_questions_open_and_essays_end_however_hard_they_are() -> None:
    pool = [
        item("essay", "writing", "essay", difficulty=1),
        item("closed", "python", difficulty=3),
        item("profile", "sql", "profile", difficulty=5),
    ]

    assert [one.key for one in assemble(pool, importance={}, size=3, seed=1)] == [
        "profile",
        "closed",
        "essay",
    ]


def test_an_essay_and_a_profile_question_are_always_asked() -> None:
    pool = [*POOL, item("essay", "writing", "essay"), item("profile", "sql", "profile")]

    types = [question.question_type for question in assemble(pool, importance={}, size=3, seed=7)]

    assert types == ["profile", "multiple_choice", "essay"]


def test_closed_questions_go_from_easy_to_hard() -> None:
    pool = [item("hard", "sql", difficulty=5), item("easy", "python", difficulty=1)]

    assert [question.key for question in assemble(pool, importance={}, size=2, seed=3)] == ["easy", "hard"]


def test_a_small_pool_is_asked_whole() -> None:
    assert len(assemble(POOL[:3], importance={}, size=12, seed=1)) == 3


@given(seed=st.integers(0, 2**62), size=st.integers(1, 16), order=st.permutations(POOL))
def test_the_seed_alone_decides_and_nothing_is_asked_twice(
    seed: int, size: int, order: list[PoolItem]
) -> None:
    chosen = assemble(order, importance={"sql": 5}, size=size, seed=seed)

    assert chosen == assemble(POOL, importance={"sql": 5}, size=size, seed=seed)
    assert len({question.key for question in chosen}) == len(chosen) == size
