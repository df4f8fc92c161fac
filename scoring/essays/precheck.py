"""Answers that code can decide without a judge, each with a reason.

A blank, far too short, copied, repeated or unreadable answer gets the lowest level of every
criterion; a blank answer gets no points whatever that level is worth.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from math import ceil
from typing import Final

from scoring.essays.judgement import CriterionVerdict, Judgement
from scoring.essays.language import (
    FUNCTION_WORDS,
    function_share,
    implausible_share,
    latin_share,
    letter_share,
    other_language,
)
from scoring.essays.marks import total
from scoring.essays.task import Criterion, EssayTask
from scoring.essays.text import Span, sentences, shingles, words

LEAST_WORDS: Final = 5
LEAST_SHARE_OF_MIN_WORDS: Final = 0.25
COPY_RUN: Final = 5
REPEAT_RUN: Final = 4
PROSE_FROM_WORDS: Final = 20
MOST_TASKS: Final = 64


@dataclass(frozen=True, slots=True)
class Decision:
    """Why no judge is needed: a stable `code` and a `reason` for the student."""

    code: str
    reason: str


def least_words(task: EssayTask) -> int:
    """The number of own words below which there is nothing to judge: a quarter of what was
    asked for, at least 5."""
    return max(LEAST_WORDS, ceil((task.min_words or 0) * LEAST_SHARE_OF_MIN_WORDS))


@lru_cache(maxsize=64)
def decide(task: EssayTask) -> Decision | None:
    """The decision on an answer that needs no judge, or None for one that does."""
    tokens = words(task.answer)
    if not tokens:
        return Decision("blank", "Your answer is empty, so it earns no points.")
    return (
        _too_short(task, tokens)
        or _unreadable(task, tokens)
        or _wrong_language(task, tokens)
        or _copied(task)
        or _repeated(task, tokens)
    )


def judgement(task: EssayTask, decision: Decision) -> Judgement:
    """The judgement that follows from a decision."""
    verdicts = tuple(_lowest(criterion, decision) for criterion in task.criteria)
    score, scored_weight = total(task, verdicts)
    return Judgement(
        question_id=task.question_id,
        outcome="decided_by_code",
        verdicts=verdicts,
        score=score,
        maximum=task.maximum,
        scored_weight=scored_weight,
        provider="code",
        model="precheck",
        prompt_version="",
        reason_code=decision.code,
        raw={"decision": decision.code},
    )


def own_sentences(task: EssayTask) -> list[Span]:
    """The sentences that are the student's own work: each once, without those taken from
    the prompt or the rubric."""
    source = _source_runs(task)
    seen: set[tuple[str, ...]] = set()
    own: list[Span] = []
    for span in sentences(task.answer):
        tokens = tuple(words(span.text))
        if tokens not in seen and not _is_copy(tokens, source):
            own.append(span)
        seen.add(tokens)
    return own


def _lowest(criterion: Criterion, decision: Decision) -> CriterionVerdict:
    lowest = criterion.levels[0]
    return CriterionVerdict(
        criterion_key=criterion.key,
        level_id=lowest.id,
        reason=decision.reason,
        quotes=(),
        absence=True,
        status="scored",
        points=Decimal(0) if decision.code == "blank" else lowest.points,
        maximum=criterion.maximum,
        note=f"decided by code: {decision.code}",
    )


def _too_short(task: EssayTask, tokens: Sequence[str]) -> Decision | None:
    if len(tokens) >= least_words(task):
        return None
    asked = f" The task asks for at least {task.min_words} words." if task.min_words else ""
    counted = "1 word" if len(tokens) == 1 else f"{len(tokens)} words"
    return Decision("too_short", f"Your answer has {counted}, which is too short to be judged.{asked}")


def _unreadable(task: EssayTask, tokens: Sequence[str]) -> Decision | None:
    strange = letter_share(task.answer) < 0.4 or implausible_share(tokens) >= 0.3
    no_prose = (
        task.language == "en"
        and len(tokens) >= PROSE_FROM_WORDS
        and latin_share(task.answer) > 0.8
        and max(function_share(tokens, code) for code in FUNCTION_WORDS) < 0.05
    )
    if strange or no_prose:
        return Decision("gibberish", "Your answer does not read as sentences, so it cannot be judged.")
    return None


def _wrong_language(task: EssayTask, tokens: Sequence[str]) -> Decision | None:
    if len(tokens) < PROSE_FROM_WORDS or task.language not in FUNCTION_WORDS:
        return None
    if latin_share(task.answer) < 0.5 or other_language(tokens, task.language):
        return Decision("wrong_language", "Your answer is not in the language of the task.")
    return None


def _copied(task: EssayTask) -> Decision | None:
    source = _source_runs(task)
    spans = sentences(task.answer)
    own_spans = [span for span in spans if not _is_copy(tuple(words(span.text)), source)]
    own = sum(len(words(span.text)) for span in own_spans)
    if len(own_spans) < len(spans) and own < least_words(task):
        return Decision(
            "copied", f"Apart from text taken from the task, your answer has {own} words of its own."
        )
    return None


def _repeated(task: EssayTask, tokens: Sequence[str]) -> Decision | None:
    runs = Counter(shingles(tokens, REPEAT_RUN))
    said_once = len(runs) + REPEAT_RUN - 1
    if len(tokens) >= 3 * REPEAT_RUN and said_once <= len(tokens) * 0.4 and said_once < _enough(task):
        return Decision("repeated", "Your answer says the same words over and over.")
    return None


def _enough(task: EssayTask) -> int:
    """Below this many different words in a row, repetition is all there is to an answer."""
    return max(2 * least_words(task), 40)


def _source_runs(task: EssayTask) -> frozenset[tuple[str, ...]]:
    return _runs_of(task.prompt, task.criteria)


@lru_cache(maxsize=MOST_TASKS)
def _runs_of(prompt: str, criteria: tuple[Criterion, ...]) -> frozenset[tuple[str, ...]]:
    """What stands in a task, the same for every student."""
    parts = [prompt]
    for criterion in criteria:
        parts += [criterion.explanation, criterion.guidance]
        parts += [level.description for level in criterion.levels]
    return frozenset(run for part in parts for run in shingles(words(part), COPY_RUN))


def _is_copy(tokens: tuple[str, ...], source: frozenset[tuple[str, ...]]) -> bool:
    """True when at least 80 % of the words stand in runs of five that the task has too."""
    covered: set[int] = set()
    for at, run in enumerate(shingles(tokens, COPY_RUN)):
        if run in source:
            covered.update(range(at, at + COPY_RUN))
    return bool(tokens) and len(covered) >= 0.8 * len(tokens)
