"""A judge without a model server: rubric and answer compared by sentence embeddings.

Deterministic, and open about what it does. For one criterion,

* ``content`` = weighted mean of coverage of the model answer (0.40), coverage of the
  guidance (0.40) and nearness to the best level (0.20), each scaled so that unrelated prose
  is 0 and a strong answer is 1; without a model answer the other two share its weight;
* ``form`` = half length, half organisation (`scoring.essays.features`);
* ``quality`` = ``(0.75 content + 0.25 form) * relevance * (0.4 + 0.6 asked)``, at most 0.2
  when the words are in disorder;
* the level is the ``floor(quality * number of levels)``-th from the lowest.

`relevance` is that to the task, and at most what the lead over the nearest other question that is known allows:
an answer nearer to another question is in doubt, and one much nearer is worth nothing. Both scales were set on
the shipped essays, none of which comes near them at its own question.

Only the student's own sentences count, each once: text taken from the task, repetitions and
sentences that speak to the grader earn nothing. The scales were set by hand on a few dozen
answers; this judge orders answers well and judges levels roughly, which its `uncertainty`
says: 0.35 at best, more near a boundary between levels, for short, half relevant, repetitive and
disordered answers, and where the rubric gives little to compare with.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from microcred.ai.base import Embedder
from scoring.essays import precheck
from scoring.essays.features import Form, read_form, scaled
from scoring.essays.injection import Suspicion, suspicions
from scoring.essays.judgement import CriterionVerdict, Judgement, Quote
from scoring.essays.marks import points, total
from scoring.essays.other_questions import Prompts, no_others
from scoring.essays.reasons import Finding, reason
from scoring.essays.similarity import CriterionLikeness, read_likeness
from scoring.essays.task import Criterion, EssayTask
from scoring.essays.text import Span, cut_long, words

VERSION: Final = "local-2"
LONGEST_SENTENCE: Final = 60
MOST_SENTENCES: Final = 400
EVIDENCE_FROM: Final = 0.12
MOST_QUOTES: Final = 2
LEAST_UNCERTAINTY: Final = 0.35
UNSURE: Final = 0.9
LEAST_OWN: Final = 0.5
# No shipped essay has less to do with its own question; of essays by learners one in eight has, and of those on
# something else 97 in 100.
LEAST_RELEVANCE: Final = 0.7

_RELEVANCE: Final = (0.2, 0.48)
# 0 is `LEAST_RELEVANCE` on this scale: an answer is in doubt as soon as it is nearer to another question.
_LEAD: Final = (-0.07, 0.03)
_MODEL: Final = (0.27, 0.66)
_GUIDANCE: Final = (0.18, 0.47)
_BEST_LEVEL: Final = (0.08, 0.45)


@dataclass(frozen=True, slots=True)
class Reading:
    """What one criterion's quality is made of; all in [0, 1]."""

    relevance: float
    content: float
    form: float
    quality: float


class LocalJudge:
    """Judges with an `Embedder`; a `ProviderError` of the embedder passes through.

    `others` gives the prompts of other questions, which an answer might belong to.
    """

    def __init__(self, embedder: Embedder, others: Prompts = no_others) -> None:
        self._embedder = embedder
        self._others = others

    def judge(self, tasks: Sequence[EssayTask]) -> list[Judgement]:
        """One judgement per task, in order; what code can decide is decided first."""
        return [self._judge(task) for task in tasks]

    def settled(self, task: EssayTask, readings: Sequence[Reading]) -> list[Reading]:
        """The readings that levels are given for, one per criterion; those read, unless a
        judge that knows more about the whole moves them."""
        return list(readings)

    def _judge(self, task: EssayTask) -> Judgement:
        decision = precheck.decide(task)
        if decision is not None:
            return precheck.judgement(task, decision)
        suspected = suspicions(task.answer)
        own = [span for span in precheck.own_sentences(task) if not _speaks_to_grader(span, suspected)]
        own = cut_long(own, LONGEST_SENTENCE)[:MOST_SENTENCES]
        form = read_form(task, own)
        readings = self._readings(task, own, form)
        settled = self.settled(task, [reading for reading, _ in readings])
        readings = [(reading, likeness) for reading, (_, likeness) in zip(settled, readings, strict=True)]
        verdicts = tuple(
            _verdict(task, criterion, reading, _evidence(own, likeness), form)
            for criterion, (reading, likeness) in zip(task.criteria, readings, strict=True)
        )
        score, scored_weight = total(task, verdicts)
        return Judgement(
            question_id=task.question_id,
            outcome="scored",
            verdicts=verdicts,
            score=score,
            maximum=task.maximum,
            scored_weight=scored_weight,
            provider="local",
            model=f"{VERSION}/{self._embedder.model}",
            prompt_version="",
            raw=_raw(task, form, [reading for reading, _ in readings]),
            injection_suspected=bool(suspected),
            uncertainty=_uncertainty(task, [reading for reading, _ in readings], form, own),
            notes=tuple(f"{s.family} at {s.start}-{s.end}" for s in suspected),
        )

    def _readings(
        self, task: EssayTask, own: Sequence[Span], form: Form
    ) -> list[tuple[Reading, CriterionLikeness | None]]:
        if not own:
            return [(Reading(0.0, 0.0, 0.0, 0.0), None) for _ in task.criteria]
        likeness = read_likeness(self._embedder, task, own, self._others(task))
        relevance = scaled(likeness.relevance, *_RELEVANCE)
        if likeness.lead is not None:
            relevance = min(relevance, scaled(likeness.lead, *_LEAD))
        return [(_read(criterion, relevance, form), criterion) for criterion in likeness.criteria]


def _read(likeness: CriterionLikeness, relevance: float, form: Form) -> Reading:
    guidance = scaled(likeness.guidance, *_GUIDANCE)
    best_level = scaled(likeness.best_level, *_BEST_LEVEL)
    if likeness.model is None:
        content = (2 * guidance + best_level) / 3
    else:
        content = 0.4 * scaled(likeness.model, *_MODEL) + 0.4 * guidance + 0.2 * best_level
    shape = (form.length + form.organisation) / 2
    quality = (0.75 * content + 0.25 * shape) * relevance * (0.4 + 0.6 * form.asked)
    return Reading(relevance, content, shape, min(quality, 0.2) if form.disordered else quality)


def _evidence(own: Sequence[Span], likeness: CriterionLikeness | None) -> tuple[Quote, ...]:
    """The sentences that bear most on a criterion and least on the others, best first."""
    if likeness is None:
        return ()
    ranked = sorted(zip(likeness.telling, likeness.bearing, own, strict=True), key=_best_first)
    best = [span for _, bearing, span in ranked if bearing >= EVIDENCE_FROM][:MOST_QUOTES]
    return tuple(Quote(span.text, span.start, span.end) for span in best)


def _best_first(ranked: tuple[float, float, Span]) -> tuple[float, int]:
    telling, _, span = ranked
    return -telling, span.start


def _verdict(
    task: EssayTask, criterion: Criterion, reading: Reading, evidence: tuple[Quote, ...], form: Form
) -> CriterionVerdict:
    steps = len(criterion.levels)
    # Without a sentence to show for it no level above the lowest can be given.
    step = min(steps - 1, int(reading.quality * steps)) if evidence else 0
    level = criterion.levels[step]
    quotes = evidence if step else ()
    found = Finding(
        level=level.name,
        is_best=step == steps - 1,
        quotes=quotes,
        relevance=reading.relevance,
        content=reading.content,
        words=form.words,
        asked=task.min_words,
        disordered=form.disordered,
    )
    return CriterionVerdict(
        criterion_key=criterion.key,
        level_id=level.id,
        reason=reason(found),
        quotes=quotes,
        absence=not quotes,
        status="scored",
        points=points(criterion, level.id),
        maximum=criterion.maximum,
    )


def _uncertainty(task: EssayTask, readings: Sequence[Reading], form: Form, own: Sequence[Span]) -> float:
    """The mean over the criteria, by weight; an answer of which most is repeated or not the student's own has said too
    little to be sure of."""
    spoken = sum(len(words(span.text)) for span in own)
    if form.disordered or spoken < LEAST_OWN * len(words(task.answer)):
        return UNSURE
    weights = [float(criterion.weight) for criterion in task.criteria]
    parts = [_unsure(c, reading, form) for c, reading in zip(task.criteria, readings, strict=True)]
    mean = sum(w * part for w, part in zip(weights, parts, strict=True)) / sum(weights)
    return round(min(1.0, mean), 4)


def _unsure(criterion: Criterion, reading: Reading, form: Form) -> float:
    if reading.relevance < LEAST_RELEVANCE:
        return UNSURE
    place = reading.quality * len(criterion.levels)
    to_boundary = min(abs(place - step) for step in range(1, len(criterion.levels)))
    near = 1 - min(1.0, 2 * to_boundary)
    poor_rubric = 0.0 if criterion.guidance else 0.15
    return (
        LEAST_UNCERTAINTY
        + 0.25 * near
        + 0.2 * (1 - reading.relevance)
        + 0.15 * (1 - form.asked)
        + poor_rubric
    )


def _speaks_to_grader(span: Span, suspected: Sequence[Suspicion]) -> bool:
    return any(s.start < span.end and span.start < s.end for s in suspected)


def _raw(task: EssayTask, form: Form, readings: Sequence[Reading]) -> Mapping[str, Any]:
    """The figures behind the levels, for staff."""
    return {
        "form": _rounded(asdict(form)),
        "criteria": {c.key: _rounded(asdict(r)) for c, r in zip(task.criteria, readings, strict=True)},
    }


def _rounded(figures: Mapping[str, Any]) -> dict[str, Any]:
    return {name: round(value, 4) if isinstance(value, float) else value for name, value in figures.items()}
