"""The steps towards a recommended credential: what they are called, and how far a student has come with them."""

import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from companion import words
from planner import queries as planner
from planner.enums import Source, TaskStatus
from practice.queries import parts_of


@dataclass(frozen=True, slots=True)
class StepLine:
    """A step by what it is for, not by what the student has made of its title, and how far it has come."""

    name: str
    standing: words.Label
    is_done: bool = False


def steps_of(student_id: uuid.UUID, skills: Mapping[str, str]) -> Mapping[str, Sequence[StepLine]]:
    """Return a student's steps by the id of the credential; ``skills`` are names by key.

    What was called off is left out. One statement.
    """
    found: dict[str, list[StepLine]] = defaultdict(list)
    for task in planner.from_source(student_id, Source.RECOMMENDATION):
        if task.status != TaskStatus.CANCELLED:
            credential, step = parts_of(task.reference)
            line = StepLine(
                _name(step, skills), words.TASK_STATUSES[task.status], task.status == TaskStatus.DONE
            )
            found[credential].append(line)
    return found


def _name(step: str, skills: Mapping[str, str]) -> str:
    kind, _, skill = step.partition(":")
    return f"{kind.capitalize()} {skills.get(skill, skill)}".strip()
