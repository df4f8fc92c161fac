"""The best level everywhere must show in the words of the answer."""

from dataclasses import replace

from scoring.attacks import dataset
from scoring.essays.judgement import CriterionVerdict
from scoring.essays.plausibility import at_best, contradicted, is_too_good
from scoring.essays.task import EssayTask
from tests.scoring.essays.samples import STRONG, WEAK, essay


def best_everywhere(task: EssayTask) -> list[CriterionVerdict]:
    return [
        CriterionVerdict(c.key, c.levels[-1].id, "", (), False, "scored", c.maximum, c.maximum)
        for c in task.criteria
    ]


def test_a_weak_essay_at_the_top_is_too_good() -> None:
    assert is_too_good(essay(WEAK), best_everywhere(essay(WEAK)))
    for carrier in dataset.carriers():
        assert is_too_good(carrier.task, best_everywhere(carrier.task)) == (carrier.quality == "weak")


def test_a_strong_essay_may_be_at_the_top() -> None:
    assert not is_too_good(essay(STRONG), best_everywhere(essay(STRONG)))
    models = [one for one in dataset.clean_essays() if one.quality == "model answer"]
    assert len(models) == 12
    assert not any(is_too_good(one.task, best_everywhere(one.task)) for one in models)


def test_one_level_below_the_top_is_believed() -> None:
    first, *others = best_everywhere(essay(WEAK))

    assert not is_too_good(essay(WEAK), [replace(first, level_id="l2"), *others])


def test_a_rubric_that_says_nothing_of_what_it_looks_for_cannot_tell() -> None:
    task = essay(WEAK)
    bare = replace(task, criteria=tuple(replace(one, guidance="") for one in task.criteria))

    assert not is_too_good(bare, best_everywhere(bare))


def test_only_what_is_at_its_best_level_is_contradicted_by_a_lack_of_content() -> None:
    task = essay(WEAK)
    weighing, trial = best_everywhere(task)
    below = replace(weighing, level_id="l2")

    assert at_best(task, [weighing, trial]) == ("weighing", "trial")
    assert at_best(task, [below, trial]) == ("trial",)
    assert contradicted(task, [weighing, trial], {"weighing": 0.24, "trial": 0.25}) == ("weighing",)
    assert contradicted(task, [below, trial], {"weighing": 0.0, "trial": 0.0}) == ("trial",)
    assert contradicted(task, [weighing, trial], {}) == ()
