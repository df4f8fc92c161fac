"""The words that go to a model. The answer is data: fenced with a random word drawn for the
call, cleaned, and never in the system part.

Prompts are versioned files under ``prompts/``, each with its SHA-256 in ``versions.json``
there: a file is never changed once it has been used, a new text is a new file. A version is
the name of the instructions and the start of the hash of all files that make the prompt, so
that nothing can change without being seen.
"""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from scoring.essays.task import Criterion, EssayTask
from scoring.essays.text import clean

FOLDER: Final = Path(__file__).parent / "prompts"
REGISTERED: Final[Mapping[str, str]] = json.loads((FOLDER / "versions.json").read_text(encoding="utf-8"))
_NAME: Final = "essay-2"
# The control criteria of scoring.essays.control.
CONTROLS_FILE: Final = (FOLDER / "controls-1.json").read_bytes()


@dataclass(frozen=True, slots=True)
class Instructions:
    """The system part of a prompt, by the name of its file; `sha256` is over all files that make the prompt."""

    name: str
    system: str
    sha256: str

    @property
    def version(self) -> str:
        """The version that scores and releases name."""
        return f"{self.name}@{self.sha256[:12]}"


def _read(name: str) -> Instructions:
    content = (FOLDER / f"{name}.md").read_bytes()
    sha256 = hashlib.sha256(content + CONTROLS_FILE).hexdigest()
    return Instructions(name, content.decode("utf-8").strip(), sha256)


CURRENT: Final = _read(_NAME)
SYSTEM: Final = CURRENT.system
PROMPT_SHA256: Final = CURRENT.sha256
PROMPT_VERSION: Final = CURRENT.version
# Every prompt that can still be used, by its version: one that was released scores until its successor is.
AVAILABLE: Final[Mapping[str, Instructions]] = {
    one.version: one for one in map(_read, (name for name in REGISTERED if name.startswith("essay-")))
}


@dataclass(frozen=True, slots=True)
class Prompt:
    """One call: `labels` name the essays in the order of the tasks."""

    system: str
    user: str
    version: str
    nonce: str
    labels: tuple[str, ...]


def build(
    tasks: Sequence[EssayTask], draw_nonce: Callable[[], str], instructions: Instructions = CURRENT
) -> Prompt:
    """The prompt for one call over `tasks`. `draw_nonce` gives a fresh unguessable word of
    letters and digits; it is asked again while an answer happens to contain the word."""
    answers = [clean(task.answer) for task in tasks]
    nonce = draw_nonce()
    while any(nonce in answer for answer in answers):
        nonce = draw_nonce()
    labels = essay_labels(tasks)
    parts = [
        _essay(label, task, answer, nonce) for label, task, answer in zip(labels, tasks, answers, strict=True)
    ]
    return Prompt(instructions.system, "\n\n".join(parts), instructions.version, nonce, labels)


def essay_labels(tasks: Sequence[EssayTask]) -> tuple[str, ...]:
    """The names the essays have inside one call: e1, e2, ..."""
    return tuple(f"e{at}" for at in range(1, len(tasks) + 1))


def _essay(label: str, task: EssayTask, answer: str, nonce: str) -> str:
    about: dict[str, Any] = {
        "essay": label,
        "task": task.prompt,
        "criteria": [_criterion(criterion) for criterion in task.criteria],
    }
    if task.grader_notes:
        about["notes_for_graders"] = task.grader_notes
    if task.model_answer:
        about["model_answer"] = task.model_answer
    return (
        f"{json.dumps(about, ensure_ascii=False, indent=1)}\n"
        f"<<<ANSWER {label} {nonce}>>>\n{answer}\n<<<END ANSWER {label} {nonce}>>>"
    )


def _criterion(criterion: Criterion) -> dict[str, Any]:
    return {
        "key": criterion.key,
        "name": criterion.name,
        "meaning": criterion.explanation,
        "guidance": criterion.guidance,
        "levels": [
            {"id": level.id, "name": level.name, "description": level.description}
            for level in criterion.levels
        ],
    }
