"""The gate: a scorer judges the golden set, and its figures are held against thresholds set beforehand."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import combinations
from typing import Final

from microcred.ai.base import FailureKind, ProviderError
from scoring.agreement import Scale, agreement
from scoring.essays import precheck
from scoring.essays.judgement import CriterionVerdict, Judge, Judgement
from scoring.essays.task import EssayTask
from scoring.golden import essays
from scoring.golden.essays import GoldenEssay, Kind
from scoring.golden.variants import Variant, misses

QUALITIES: Final = ("weak", "middling", "strong")
AT_MOST: Final = frozenset({"held", "rmse"})
# What a model does with one text; any other failure says that the provider is away, and the gate is not run.
ABOUT_THE_TEXT: Final[frozenset[FailureKind]] = frozenset(
    {"refusal", "truncated", "empty", "bad_reply", "too_large"}
)

Each = Callable[[Callable[[EssayTask], Judgement], Sequence[EssayTask]], Iterable[Judgement]]


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured figure beside its threshold; ``n`` is what it was measured on, ``low`` and ``high`` a 95 %
    interval where there is one, ``misses`` what went wrong, for people to read."""

    name: str
    value: float
    threshold: float
    n: int
    misses: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None

    @property
    def passed(self) -> bool:
        """Whether the figure is on the right side of its threshold."""
        return self.value <= self.threshold if self.name in AT_MOST else self.value >= self.threshold


@dataclass(frozen=True, slots=True)
class GateResult:
    """What the golden set showed of one scorer, and what its calls cost in micro-cents."""

    golden_version: str
    thresholds_version: str
    figures: tuple[Figure, ...]
    input_tokens: int = 0
    output_tokens: int = 0
    cost_microcents: int = 0

    @property
    def passed(self) -> bool:
        """Whether there are figures, and every one passed."""
        return bool(self.figures) and all(figure.passed for figure in self.figures)


def calls() -> int:
    """How many calls a model is asked for: code decides the other texts without one."""
    return sum(1 for task in _texts() if precheck.decide(task) is None)


def run(judge: Judge, kind: Kind, each: Each = map) -> GateResult:
    """Judge the golden essays and their variants.

    ``kind`` picks the thresholds. ``each`` maps a function over the texts, in order; it may do so side by side.
    Raises ProviderError when the provider is away.
    """
    golden, variants = essays.golden_essays(), essays.variants()
    tasks = _texts()

    def judged_alone(task: EssayTask) -> Judgement:
        # One by one, so that what one essay gets depends on no other and recorded replies fit again.
        try:
            return judge.judge([task])[0]
        except ProviderError as error:
            if error.kind not in ABOUT_THE_TEXT:
                raise
            return _unjudged(task, error.kind)

    found = list(each(judged_alone, tasks))
    judged = {task.question_id: one for task, one in zip(tasks, found, strict=True)}
    return GateResult(
        golden_version=essays.version(),
        thresholds_version=essays.thresholds_version(),
        figures=_figures(golden, variants, judged, kind),
        input_tokens=sum(one.input_tokens for one in found),
        output_tokens=sum(one.output_tokens for one in found),
        cost_microcents=sum(one.cost_microcents for one in found),
    )


def figure(name: str, value: float, wanted: Mapping[str, float], n: int, wrong: Sequence[str] = ()) -> Figure:
    """Return a figure with its threshold, rounded to what is shown."""
    return Figure(name, round(value, 4), wanted[name], n, tuple(wrong))


def _texts() -> list[EssayTask]:
    return [*(one.task for one in essays.golden_essays()), *(one.task for one in essays.variants())]


def _figures(
    golden: Sequence[GoldenEssay], variants: Sequence[Variant], judged: Mapping[str, Judgement], kind: Kind
) -> tuple[Figure, ...]:
    wanted = essays.thresholds(kind)
    places = _places(golden, judged)
    raised = misses(variants, judged, must_be_unsure=kind == "local")
    return (
        _in_band(places, wanted),
        _agreement(places, wanted),
        _ordered(golden, judged, wanted),
        _held(golden, judged, wanted),
        figure("metamorphic", 1 - len(raised) / len(variants), wanted, len(variants), raised),
    )


@dataclass(frozen=True, slots=True)
class _Place:
    """A verdict: what it is on, the place of its level, and what was expected."""

    name: str
    given: int
    mark: essays.Mark


def _places(golden: Sequence[GoldenEssay], judged: Mapping[str, Judgement]) -> list[_Place]:
    found = []
    for essay in golden:
        steps = {c.key: {level.id: at for at, level in enumerate(c.levels)} for c in essay.task.criteria}
        for verdict in judged[essay.task.question_id].verdicts:
            key = verdict.criterion_key
            if verdict.status == "scored" and verdict.level_id is not None:
                place = steps[key][verdict.level_id]
                found.append(_Place(f"{essay.task.question_id}/{key}", place, essay.marks[key]))
    return found


def _in_band(places: Sequence[_Place], wanted: Mapping[str, float]) -> Figure:
    """The share of scored verdicts whose level lies in its band."""
    wrong = [
        f"{one.name}: {one.given}, not {one.mark.low} to {one.mark.high}"
        for one in places
        if not one.mark.low <= one.given <= one.mark.high
    ]
    return figure("in_band", 1 - len(wrong) / len(places) if places else 0.0, wanted, len(places), wrong)


def _agreement(places: Sequence[_Place], wanted: Mapping[str, float]) -> Figure:
    """Quadratic weighted kappa of scored verdicts with the expected levels."""
    given, expected = [one.given for one in places], [one.mark.level for one in places]
    highest = max([1, *given, *expected])
    found = agreement(given, expected, Scale(0, highest))
    shown = figure("agreement", found.quadratic_kappa or 0.0, wanted, len(places))
    if found.interval is None:
        return shown
    return replace(shown, low=round(found.interval.low, 4), high=round(found.interval.high, 4))


def _ordered(
    golden: Sequence[GoldenEssay], judged: Mapping[str, Judgement], wanted: Mapping[str, float]
) -> Figure:
    """The share of pairs of essays on one question, of different quality, of which the better scored higher.

    Essays that are held for a person whole have no score to compare.
    """
    by_prompt: dict[str, list[GoldenEssay]] = {}
    for essay in golden:
        by_prompt.setdefault(essay.task.prompt, []).append(essay)
    pairs = [
        sorted(pair, key=lambda one: QUALITIES.index(one.quality))
        for group in by_prompt.values()
        for pair in combinations(group, 2)
        if pair[0].quality != pair[1].quality
        and all(judged[one.task.question_id].score is not None for one in pair)
    ]
    wrong = [
        f"{low.task.question_id} is not below {high.task.question_id}"
        for low, high in pairs
        if not _share(judged[low.task.question_id]) < _share(judged[high.task.question_id])
    ]
    return figure("ordered", 1 - len(wrong) / len(pairs) if pairs else 0.0, wanted, len(pairs), wrong)


def _held(
    golden: Sequence[GoldenEssay], judged: Mapping[str, Judgement], wanted: Mapping[str, float]
) -> Figure:
    """The share of verdicts that are left to a person."""
    verdicts = [(e.task.question_id, v) for e in golden for v in judged[e.task.question_id].verdicts]
    held = [f"{key}/{v.criterion_key}: {v.note}" for key, v in verdicts if v.status != "scored"]
    return figure("held", len(held) / len(verdicts), wanted, len(verdicts), held)


def _share(judgement: Judgement) -> float:
    return float((judgement.score or Decimal(0)) / judgement.maximum)


def _unjudged(task: EssayTask, kind: FailureKind) -> Judgement:
    """The judgement of a text that the model gave no usable reply to: all of it is left to a person."""
    return Judgement(
        question_id=task.question_id,
        outcome="needs_review",
        verdicts=tuple(
            CriterionVerdict(c.key, None, "", (), False, "needs_review", None, c.maximum, f"no reply: {kind}")
            for c in task.criteria
        ),
        score=None,
        maximum=task.maximum,
        scored_weight=Decimal("0.00"),
        provider="code",
        model="",
        prompt_version="",
        uncertainty=1.0,
    )
