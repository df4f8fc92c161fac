"""The benchmark of many waiting jobs."""

import time

import pytest

from benchmarks.backlog import Measured, goals, p95

FIGURES = {
    "enqueue_p95_ms": 4.0,
    "enqueue_p95_ms_at_work": 9.0,
    "age_wrong_seconds": 0.0,
    "age_wrong_seconds_at_work": 0.4,
    "jobs_a_second": 160.0,
}


@pytest.mark.parametrize(
    ("figure", "value", "missed"),
    [
        ("enqueue_p95_ms_at_work", 9.0, None),
        ("enqueue_p95_ms_at_work", 11.0, "enqueueing, ms p95"),
        ("enqueue_p95_ms", 11.0, "enqueueing, ms p95"),
        ("jobs_a_second", 149.0, "jobs a second"),
        ("age_wrong_seconds", 1.1, "age of the oldest wrong by, s"),
    ],
)
def test_the_worse_of_both_phases_counts(figure: str, value: float, missed: str | None) -> None:
    found = goals(FIGURES | {figure: value})

    assert [what for what, _, _, met in found if not met] == ([missed] if missed else [])


@pytest.mark.parametrize(("told", "wrong"), [(30.0, 0.0), (33.0, 3.0), (26.0, 4.0)])
def test_an_age_is_wrong_by_what_it_is_off_the_oldest_that_has_not_begun(told: float, wrong: float) -> None:
    measured, oldest = Measured(), time.time() - 30

    measured.read_age(lambda: f"microcred_jobs_oldest_due_seconds {told}\n".encode(), lambda: oldest)

    assert measured.age_errors == [pytest.approx(wrong, abs=0.2)]


def test_p95_is_that_of_the_nearest_lower_rank() -> None:
    assert p95([float(value) for value in range(101)]) == 95.0
