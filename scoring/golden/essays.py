"""The golden essays with their level bands, the thresholds, and texts made from them that must not score higher."""

import json
import random
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, Final

from scoring.attacks import dataset
from scoring.essays.task import EssayTask
from scoring.essays.text import sentences

DATA: Final = Path(__file__).parent / "data"
# The order of words in a shuffled essay; any seed would do, but it must stay.
SEED: Final = 1_905


@dataclass(frozen=True, slots=True)
class GoldenEssay:
    """An essay, how good it is, and for every criterion the lowest and highest level (by place) that is right."""

    task: EssayTask
    quality: str
    bands: Mapping[str, tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Variant:
    """A text made from a golden essay that is worth no more than it."""

    kind: str
    base: EssayTask
    task: EssayTask


def version() -> str:
    """The version of the golden set."""
    return str(_file()["version"])


def thresholds(scorer: str) -> Mapping[str, float]:
    """The figures that a ``local`` or ``model`` scorer must reach: at least in_band, metamorphic and ordered, at
    most held."""
    found: Mapping[str, float] = _file()["thresholds"][scorer]
    return found


def golden_essays() -> list[GoldenEssay]:
    """The set, in order."""
    carriers = {essay.id: essay for essay in dataset.carriers()}
    return [
        GoldenEssay(
            replace(carriers[row["carrier"]].task, question_id=row["carrier"]),
            carriers[row["carrier"]].quality,
            {key: (low, high) for key, (low, high) in row["bands"].items()},
        )
        for row in _file()["essays"]
    ]


def variants() -> list[Variant]:
    """For some of the essays: nothing, the prompt, one sentence over and over, its words in disorder, and the
    essay that answers another question."""
    tasks = {essay.task.question_id: essay.task for essay in golden_essays()}
    bases = [tasks[key] for key in _file()["bases"]]
    return [
        Variant(kind, base, replace(base, answer=text, question_id=f"{base.question_id}/{kind}"))
        for at, base in enumerate(bases)
        for kind, text in _texts(base, bases[at - 1]).items()
    ]


def _texts(base: EssayTask, other: EssayTask) -> dict[str, str]:
    first = sentences(base.answer)[0].text
    tokens = base.answer.split()
    # Seeded, so that the text stays the same; nothing secret hangs on it.
    random.Random(SEED).shuffle(tokens)  # noqa: S311
    return {
        "empty": "",
        "prompt": base.prompt,
        "repeated": " ".join([first] * (len(base.answer) // len(first) + 1)),
        "shuffled": " ".join(tokens),
        "other question": other.answer,
    }


@cache
def _file() -> Mapping[str, Any]:
    content: Mapping[str, Any] = json.loads((DATA / "essays.json").read_text(encoding="utf-8"))
    return content
