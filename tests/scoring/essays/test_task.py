"""A task is frozen, complete, and known by its fingerprint."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from tests.scoring.essays.samples import STRONG, essay


def test_a_task_is_built_from_a_rubric() -> None:
    task = essay(STRONG)

    weighing, trial = task.criteria
    assert (weighing.key, weighing.weight, weighing.maximum, weighing.skill) == (
        "weighing", Decimal("2"), Decimal("3"), "problem-solving",
    )  # fmt: skip
    assert [level.id for level in trial.levels] == ["t0", "t1", "t2"]
    assert (task.min_words, task.max_words, task.maximum) == (40, 250, Decimal("6"))
    assert trial.level("t1") is trial.levels[1]
    assert trial.level("l1") is None


def test_the_same_essay_has_the_same_fingerprint_whoever_wrote_it() -> None:
    task = essay(STRONG)

    assert task.fingerprint("p1", "m1") == replace(task, question_id="other").fingerprint("p1", "m1")
    assert len(task.fingerprint("p1", "m1")) == 64


@pytest.mark.parametrize(
    ("changes", "prompt", "model"),
    [
        ({"answer": "Other."}, "p1", "m1"),
        ({"grader_notes": "Other."}, "p1", "m1"),
        ({"maximum": Decimal("7")}, "p1", "m1"),
        ({}, "p2", "m1"),
        ({}, "p1", "m2"),
    ],
)
def test_anything_a_judgement_depends_on_changes_the_fingerprint(
    changes: dict[str, Any], prompt: str, model: str
) -> None:
    task = essay(STRONG)

    assert replace(task, **changes).fingerprint(prompt, model) != task.fingerprint("p1", "m1")
