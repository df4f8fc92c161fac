"""A criterion that no honest essay can meet, asked among the real ones.

Every essay that goes to a model carries one invented criterion about something that has nothing to do with any task,
such as the frame number of the writer's bicycle. Its right level is the lowest. A model that gives it more has let
itself be told what to give, and whatever else it says of that essay counts for nothing. Key, levels and place are made
like those of the rubric; which one it is follows from the fingerprint of what is sent, so that the same words are
always asked in the same way and nobody who writes an essay can know it.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Final

from scoring.essays.judgement import CriterionVerdict
from scoring.essays.language import FUNCTION_WORDS
from scoring.essays.prompt import CONTROLS_FILE
from scoring.essays.task import Criterion, EssayTask, Level
from scoring.essays.text import words

_FILE: Final[Mapping[str, Any]] = json.loads(CONTROLS_FILE)
_POOL: Final[Sequence[Mapping[str, str]]] = _FILE["controls"]
KEYS: Final = frozenset(control["key"] for control in _POOL)
# Words of the pool that say nothing of its subjects.
_OF_ALL: Final = FUNCTION_WORDS["en"] | {"writer's", "number", "name", "title", "place", "hour"}


@dataclass(frozen=True, slots=True)
class Controlled:
    """A task as a model is asked it: ``asked`` has the criterion ``key`` more than the task itself."""

    asked: EssayTask
    key: str

    def split(
        self, verdicts: Sequence[CriterionVerdict]
    ) -> tuple[tuple[CriterionVerdict, ...], CriterionVerdict]:
        """The verdicts on the task's own criteria, and the one on the control."""
        own = tuple(verdict for verdict in verdicts if verdict.criterion_key != self.key)
        return own, next(verdict for verdict in verdicts if verdict.criterion_key == self.key)

    def is_passed(self, verdict: CriterionVerdict) -> bool:
        """Whether the control was given its lowest level; no verdict at all is no pass."""
        lowest = next(c for c in self.asked.criteria if c.key == self.key).levels[0]
        return verdict.level_id == lowest.id


def controlled(task: EssayTask, seed: str) -> Controlled:
    """Put a control among the criteria of ``task``; the same seed puts the same one in the same place.

    It speaks of nothing that task or answer speak of, as far as the pool allows.
    """
    spoken = frozenset(words(f"{task.prompt} {task.answer} {task.model_answer}"))
    taken = {criterion.key for criterion in task.criteria}
    drawn = min(
        (control for control in _POOL if control["key"] not in taken),
        key=lambda control: (len(_subject(control) & spoken), _drawn(seed, control["key"])),
    )
    place = _drawn(seed, "place") % (len(task.criteria) + 1)
    like = task.criteria[_drawn(seed, "like") % len(task.criteria)]
    criteria = [*task.criteria[:place], _criterion(drawn, like), *task.criteria[place:]]
    return Controlled(replace(task, criteria=tuple(criteria)), drawn["key"])


def _subject(control: Mapping[str, str]) -> frozenset[str]:
    return frozenset(words(f"{control['name']} {control['subject']}")) - _OF_ALL


def _drawn(seed: str, what: str) -> int:
    return int.from_bytes(hashlib.sha256(f"{seed}/{what}".encode()).digest()[:8], "big")


def _criterion(control: Mapping[str, str], like: Criterion) -> Criterion:
    """The control with as many levels as a criterion of the rubric, called alike."""
    subject, described = control["subject"], _FILE["levels"]
    steps = max(1, len(like.levels) - 1)
    levels = tuple(
        Level(
            id=level.id,
            name=level.name,
            points=level.points,
            description=described[at * (len(described) - 1) // steps].format(subject=subject),
        )
        for at, level in enumerate(like.levels)
    )
    return Criterion(
        key=control["key"],
        name=control["name"],
        explanation=_FILE["meaning"].format(subject=subject),
        guidance=_FILE["guidance"].format(subject=subject),
        weight=Decimal(1),
        levels=levels,
    )
