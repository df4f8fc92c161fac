"""The gate: a scorer judges the golden set, and its figures are held against thresholds set beforehand."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Final

from scoring.essays.judgement import Judge, Judgement
from scoring.golden import essays
from scoring.golden.essays import GoldenEssay, Variant

QUALITIES: Final = ("weak", "middling", "strong")
AT_MOST: Final = frozenset({"held"})


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured share (0 to 1) beside its threshold."""

    name: str
    value: float
    threshold: float
    misses: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Whether the figure is on the right side of its threshold."""
        return self.value <= self.threshold if self.name in AT_MOST else self.value >= self.threshold


@dataclass(frozen=True, slots=True)
class GateResult:
    """What the golden set showed of one scorer."""

    scorer: str
    golden_version: str
    figures: tuple[Figure, ...]

    @property
    def passed(self) -> bool:
        """Whether every figure passed."""
        return all(figure.passed for figure in self.figures)


def run(judge: Judge, scorer: str) -> GateResult:
    """Judge the golden essays and their variants.

    ``scorer`` is ``local`` or ``model`` and picks the thresholds. Raises what the judge raises.
    """
    golden, variants = essays.golden_essays(), essays.variants()
    # One by one, so that what one essay gets depends on no other and recorded replies fit again.
    judged = {
        task.question_id: judge.judge([task])[0]
        for task in [*(one.task for one in golden), *(one.task for one in variants)]
    }
    found = [
        _in_band(golden, judged),
        _held(golden, judged),
        _ordered(golden, judged),
        _metamorphic(variants, judged, scorer),
    ]
    wanted = essays.thresholds(scorer)
    figures = tuple(Figure(name, round(value, 4), wanted[name], misses) for name, value, misses in found)
    return GateResult(scorer, essays.version(), figures)


Found = tuple[str, float, tuple[str, ...]]


def _in_band(golden: Sequence[GoldenEssay], judged: Mapping[str, Judgement]) -> Found:
    """The share of scored verdicts whose level lies in the band of its criterion."""
    misses, count = [], 0
    for essay in golden:
        steps = {c.key: {level.id: at for at, level in enumerate(c.levels)} for c in essay.task.criteria}
        for verdict in judged[essay.task.question_id].verdicts:
            if verdict.status != "scored" or verdict.level_id is None:
                continue
            count += 1
            low, high = essay.bands[verdict.criterion_key]
            step = steps[verdict.criterion_key][verdict.level_id]
            if not low <= step <= high:
                misses.append(
                    f"{essay.task.question_id}/{verdict.criterion_key}: {step}, not {low} to {high}"
                )
    return "in_band", 1 - len(misses) / count if count else 0.0, tuple(misses)


def _held(golden: Sequence[GoldenEssay], judged: Mapping[str, Judgement]) -> Found:
    """The share of verdicts that are left to a person."""
    verdicts = [(e.task.question_id, v) for e in golden for v in judged[e.task.question_id].verdicts]
    held = tuple(f"{key}/{v.criterion_key}: {v.note}" for key, v in verdicts if v.status != "scored")
    return "held", len(held) / len(verdicts), held


def _ordered(golden: Sequence[GoldenEssay], judged: Mapping[str, Judgement]) -> Found:
    """The share of neighbouring qualities whose mean scores stand in the right order."""
    means = []
    for quality in QUALITIES:
        shares = [_share(judged[e.task.question_id]) for e in golden if e.quality == quality]
        means.append(sum(shares) / len(shares))
    wrong = tuple(f"{low:.3f} is not below {high:.3f}" for low, high in pairwise(means) if not low < high)
    return "ordered", 1 - len(wrong) / (len(means) - 1), wrong


def _metamorphic(variants: Sequence[Variant], judged: Mapping[str, Judgement], scorer: str) -> Found:
    """The share of variants that score no more than their essay, of which a local scorer must be no surer."""
    misses = []
    for variant in variants:
        base, now = judged[variant.base.question_id], judged[variant.task.question_id]
        if (now.score or Decimal(0)) > (base.score or Decimal(0)):
            misses.append(f"{variant.task.question_id}: {now.score} above {base.score}")
        elif scorer == "local" and now.outcome == "scored" and now.uncertainty <= base.uncertainty:
            misses.append(f"{variant.task.question_id}: as sure as of the essay itself")
    return "metamorphic", 1 - len(misses) / len(variants), tuple(misses)


def _share(judgement: Judgement) -> float:
    return float((judgement.score or Decimal(0)) / judgement.maximum)
