"""Metamorphic checks: texts made from an answer that are worth no more than it, and whether a judge sees that."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from scoring.essays.judgement import Judgement
from scoring.essays.local import UNSURE
from scoring.essays.task import EssayTask
from scoring.essays.text import sentences

# The order of words in a shuffled answer; any seed would do, but it must stay.
SEED: Final = 1_905


@dataclass(frozen=True, slots=True)
class Variant:
    """A text made from an answer, as an answer to the same question."""

    kind: str
    base: EssayTask
    task: EssayTask


def variants_of(base: EssayTask, foreign: str) -> list[Variant]:
    """Return nothing at all, the prompt, one sentence over and over up to the same length, the words in disorder,
    and a ``foreign`` answer that belongs to another question."""
    first = sentences(base.answer)[0].text
    tokens = base.answer.split()
    # Seeded, so that the text stays the same; nothing secret hangs on it.
    random.Random(SEED).shuffle(tokens)  # noqa: S311
    texts = {
        "empty": "",
        "prompt": base.prompt,
        "repeated": " ".join([first] * (len(base.answer) // len(first) + 1)),
        "shuffled": " ".join(tokens),
        "foreign": foreign,
    }
    return [
        Variant(kind, base, replace(base, answer=text, question_id=f"{base.question_id}/{kind}"))
        for kind, text in texts.items()
    ]


def misses(
    variants: Sequence[Variant], judged: Mapping[str, Judgement], *, must_be_unsure: bool
) -> tuple[str, ...]:
    """Name the variants that score more than their base, or of which a judge that must be unsure is not.

    ``judged`` holds the judgements of bases and variants by question id. What code decides by a rule needs no doubt.
    """
    found = []
    for variant in variants:
        base, now = judged[variant.base.question_id], judged[variant.task.question_id]
        is_unsure = now.uncertainty >= UNSURE or now.uncertainty > base.uncertainty
        if (now.score or Decimal(0)) > (base.score or Decimal(0)):
            found.append(f"{variant.task.question_id}: {now.score} above {base.score}")
        elif must_be_unsure and now.outcome == "scored" and not is_unsure:
            found.append(f"{variant.task.question_id}: as sure as of the essay itself")
    return tuple(found)
