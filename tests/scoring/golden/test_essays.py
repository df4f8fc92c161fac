"""The golden set: enough essays, each marked whole, and nothing in them that code would decide or flag."""

from collections import Counter

import pytest

from scoring.essays import precheck
from scoring.essays.injection import suspicions
from scoring.golden import essays
from scoring.golden.essays import GoldenEssay
from scoring.releasing import shipped

GOLDEN = essays.golden_essays()


def test_every_question_has_a_weak_a_middling_and_a_strong_essay() -> None:
    by_question = Counter(essay.task.prompt for essay in GOLDEN)

    assert set(by_question.values()) == {3}
    assert len(by_question) == 12
    assert Counter(essay.quality for essay in GOLDEN) == {"weak": 12, "middling": 12, "strong": 12}


def test_every_level_is_expected_often() -> None:
    levels = Counter(mark.level for essay in GOLDEN for mark in essay.marks.values())

    assert sum(levels.values()) == 144
    assert min(levels[level] for level in range(4)) >= 25


@pytest.mark.parametrize("essay", GOLDEN, ids=lambda essay: essay.task.question_id)
class TestEach:
    """One essay."""

    def test_has_a_mark_for_every_criterion_with_a_sentence_of_its_own(self, essay: GoldenEssay) -> None:
        steps = {criterion.key: len(criterion.levels) for criterion in essay.task.criteria}
        assert essay.marks.keys() == steps.keys()
        for key, mark in essay.marks.items():
            assert 0 <= mark.low <= mark.level <= mark.high < steps[key]
            assert mark.quote in essay.task.answer
            assert mark.quote or mark.level == 0

    def test_goes_to_the_judge(self, essay: GoldenEssay) -> None:
        assert precheck.decide(essay.task) is None
        assert not suspicions(essay.task.answer)


def test_the_version_follows_the_content(monkeypatch: pytest.MonkeyPatch) -> None:
    before = essays.version()
    monkeypatch.setattr(essays, "golden_essays", lambda: GOLDEN[1:])
    essays._digest.cache_clear()

    changed = essays.version()

    monkeypatch.undo()
    essays._digest.cache_clear()
    assert before.startswith("golden-2@")
    assert before != changed


def test_thresholds_are_set_for_every_kind() -> None:
    assert essays.thresholds("model")["agreement"] == 0.7
    assert essays.thresholds("local").keys() == essays.thresholds("model").keys()
    assert {"answers", "agreement", "against_active", "metamorphic"} <= essays.thresholds("trained").keys()
    # A model that costs money has to judge better than the local scorer was measured to.
    local = {figure.name: figure.value for figure in shipped.shipped()[1].figures}
    assert all(essays.thresholds("model")[name] > local[name] for name in ("in_band", "agreement"))
    assert essays.thresholds_version() == "thresholds-2"


def test_the_foreign_answer_is_that_of_another_question() -> None:
    task = GOLDEN[0].task

    assert essays.foreign_answer(task) not in {e.task.answer for e in GOLDEN if e.task.prompt == task.prompt}
