"""The golden essays with the levels that their authors set, the thresholds, and texts that must not score higher.

Essays, levels and sentences quoted for them were written for this project. A level comes with the band around it
that a second reader could give as well.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal

from scoring.attacks import dataset
from scoring.essays.task import EssayTask
from scoring.golden.variants import Variant, variants_of

DATA: Final = Path(__file__).parent / "data"

Kind = Literal["model", "local", "trained"]


@dataclass(frozen=True, slots=True)
class Mark:
    """What is right for one criterion: the level by its place from the lowest, the band around it (both ends are
    right), and the sentence that shows it, empty where something is missing."""

    level: int
    low: int
    high: int
    quote: str


@dataclass(frozen=True, slots=True)
class GoldenEssay:
    """An essay, how good it is as a whole (weak, middling or strong), and its mark for every criterion."""

    task: EssayTask
    quality: str
    marks: Mapping[str, Mark]


def version() -> str:
    """The version of the golden set: its name and the start of the hash of all that is asked and expected, so that
    nothing can change without being seen."""
    return f"{_file('essays')['version']}@{_digest()[:12]}"


def thresholds_version() -> str:
    """The name of the thresholds."""
    return str(_file("thresholds")["version"])


def thresholds(kind: Kind) -> Mapping[str, float]:
    """The figures that a scorer of this kind must reach: ``held`` and ``rmse`` at most, all others at least."""
    found: Mapping[str, float] = _file("thresholds")[kind]
    return found


@cache
def golden_essays() -> tuple[GoldenEssay, ...]:
    """The set, in order."""
    return tuple(
        GoldenEssay(
            dataset.essay_task(row["file"], row["question"], row["text"], row["id"]),
            row["quality"],
            {key: Mark(*mark) for key, mark in row["marks"].items()},
        )
        for row in _file("essays")["essays"]
    )


@cache
def variants() -> tuple[Variant, ...]:
    """The variants of the best essay on every question; the foreign answer is that of the question before."""
    tasks = {essay.task.question_id: essay.task for essay in golden_essays()}
    bases = [tasks[key] for key in _file("essays")["bases"]]
    return tuple(
        variant for at, base in enumerate(bases) for variant in variants_of(base, bases[at - 1].answer)
    )


def foreign_answer(task: EssayTask) -> str:
    """A good answer to another question than this one."""
    return next(
        essay.task.answer
        for essay in golden_essays()
        if essay.quality == "strong" and essay.task.prompt != task.prompt
    )


def other_prompts(task: EssayTask) -> tuple[str, ...]:
    """The prompts of the golden set's other questions."""
    return tuple(prompt for prompt in _prompts() if prompt != task.prompt)


@cache
def _prompts() -> tuple[str, ...]:
    return tuple(dict.fromkeys(essay.task.prompt for essay in golden_essays()))


@cache
def _digest() -> str:
    body = [(asdict(essay.task), {k: asdict(m) for k, m in essay.marks.items()}) for essay in golden_essays()]
    text = json.dumps([body, _file("essays")["bases"]], sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


@cache
def _file(name: str) -> Mapping[str, Any]:
    content: Mapping[str, Any] = json.loads((DATA / f"{name}.json").read_text(encoding="utf-8"))
    return content
