"""The words that go to a model. The answer is data: fenced with a random word drawn for the
call, cleaned, and never in the system part.

Prompts are versioned files under ``prompts/``, each with its SHA-256 in ``versions.json``
there: a file is never changed once it has been used, a new text is a new file. A version is
the file's name and the start of its hash, so that nothing can change without being seen.
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
_NAME: Final = "essay-1"
_FILE: Final = (FOLDER / f"{_NAME}.md").read_bytes()
SYSTEM: Final = _FILE.decode("utf-8").strip()
PROMPT_SHA256: Final = hashlib.sha256(_FILE).hexdigest()
PROMPT_VERSION: Final = f"{_NAME}@{PROMPT_SHA256[:12]}"


@dataclass(frozen=True, slots=True)
class Prompt:
    """One call: `labels` name the essays in the order of the tasks."""

    system: str
    user: str
    version: str
    nonce: str
    labels: tuple[str, ...]


def build(tasks: Sequence[EssayTask], draw_nonce: Callable[[], str]) -> Prompt:
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
    return Prompt(SYSTEM, "\n\n".join(parts), PROMPT_VERSION, nonce, labels)


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
