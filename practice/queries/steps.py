"""The steps towards the credentials that students have taken up, and how far they have come with them.

The reference of a step is ``credential:<id>:enrol`` or ``credential:<id>:practise:<skill>``.
"""

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from planner import queries as planner
from planner.enums import Source, TaskStatus
from recommendations import queries as recommendations

ENROL: Final = "enrol"


@dataclass(frozen=True, slots=True)
class CredentialProgress:
    """A credential that a student has taken up, and how many of the steps towards it that were not called off are done;
    ``enrolled_at`` is when the one to enrol was, None while it is not."""

    credential_id: uuid.UUID
    title: str
    accepted_at: dt.datetime
    tasks_done: int
    tasks_total: int
    enrolled_at: dt.datetime | None


@dataclass(frozen=True, slots=True)
class Step:
    """A task that follows from what a student was told, as it stands now."""

    source: str
    reference: str
    status: str
    completed_at: dt.datetime | None


def towards(credential_id: uuid.UUID) -> str:
    """Return what the references of all steps towards a credential begin with."""
    return f"credential:{credential_id}:"


def enrolment(credential_id: uuid.UUID) -> str:
    """Return what a task to enrol stands for."""
    return f"{towards(credential_id)}{ENROL}"


def practice_towards(credential_id: uuid.UUID, skill_key: str) -> str:
    """Return what a task to practise a skill stands for."""
    return f"{towards(credential_id)}{practising(skill_key)}"


def practising(skill_key: str) -> str:
    """Return what the references of all tasks to practise a skill end with."""
    return f"practise:{skill_key}"


def parts_of(reference: str) -> tuple[str, str]:
    """Return the id of the credential that a step leads to, and which step it is."""
    _, credential, step = reference.split(":", 2)
    return credential, step


def steps_now(student_id: uuid.UUID) -> list[Step]:
    """Return a student's steps that were not called off. One statement."""
    rows = planner.steps_of(student_id).exclude(status=TaskStatus.CANCELLED)
    return [Step(*row) for row in rows.values_list("source", "reference", "status", "completed_at")]


def towards_credentials(student_id: uuid.UUID, steps: Iterable[Step]) -> Sequence[CredentialProgress]:
    """Return how far a student has come with each credential that they have taken up, the latest first."""
    found: dict[str, dict[str, Step]] = defaultdict(dict)
    for one in steps:
        if one.source == Source.RECOMMENDATION:
            credential, step = parts_of(one.reference)
            found[credential][step] = one
    return [
        CredentialProgress(
            credential_id=taken.credential_id,
            title=taken.title,
            accepted_at=taken.accepted_at,
            tasks_done=sum(one.status == TaskStatus.DONE for one in mine.values()),
            tasks_total=len(mine),
            enrolled_at=mine[ENROL].completed_at if ENROL in mine else None,
        )
        for taken in recommendations.taken_up(student_id)
        for mine in [found[str(taken.credential_id)]]
    ]
