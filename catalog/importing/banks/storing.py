"""Takes the questions of a bank into the pool of a role: all of those chosen or none, and the second time none."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from django.db import transaction

from accounts.models import User
from catalog import services
from catalog.importing.banks.question import Bank, BankQuestion, LeftOut
from catalog.importing.banks.shaping import ShapedQuestion, sentence, shaped, without_doubles
from catalog.models import JobRole, Question, QuestionSkill, Skill
from ops import audit


@dataclass(frozen=True)
class Plan:
    """What taking a bank over would do: make the ``new``, leave those that are ``there`` as they are."""

    format: str
    new: tuple[ShapedQuestion, ...]
    there: tuple[ShapedQuestion, ...]
    left_out: tuple[LeftOut, ...]


@dataclass(frozen=True)
class Measure:
    """What the questions of a bank measure, each skill alike, and how hard they are, from 1 to 5."""

    skills: Sequence[Skill]
    difficulty: int = 3


@dataclass(frozen=True)
class Taken:
    """How many questions were made, how many of them published, and how many were there already."""

    made: int
    published: int
    there: int


def plan(bank: Bank, *, role: JobRole) -> Plan:
    """Find out what would come of a bank in the pool of a role."""
    found = without_doubles(
        [shaped(one, pool=role.key) if isinstance(one, BankQuestion) else one for one in bank.entries]
    )
    questions = [one for one in found if isinstance(one, ShapedQuestion)]
    known = _known(questions)
    return Plan(
        format=bank.format,
        new=tuple(one for one in questions if one.key not in known),
        there=tuple(one for one in questions if one.key in known),
        left_out=tuple(
            replace(one, reason=sentence(one.reason)) for one in found if isinstance(one, LeftOut)
        ),
    )


@transaction.atomic
def take(
    questions: Sequence[ShapedQuestion],
    *,
    role: JobRole,
    measure: Measure,
    by: User | None,
    now: dt.datetime,
    publish: bool = False,
) -> Taken:
    """Make drafts of the questions that are not there yet; ``publish`` those of them that are ready for it.

    Whoever takes the same over at the same time is waited for, and nothing is made twice.
    """
    JobRole.objects.select_for_update().get(pk=role.pk)
    known = _known(questions)
    new = [one for one in questions if one.key not in known]
    made = [_made(one, role, measure) for one in new]
    published = 0
    for one, row in zip(new, made, strict=True):
        if publish and one.is_ready:
            services.publish_question(by=by, question=row, now=now)
            published += 1
    if made:
        _record(by, role, made, published)
    return Taken(made=len(made), published=published, there=len(known))


def _known(questions: Iterable[ShapedQuestion]) -> set[str]:
    keys = [one.key for one in questions]
    return set(Question.objects.filter(key__in=keys).values_list("key", flat=True))


def _made(one: ShapedQuestion, role: JobRole, measure: Measure) -> Question:
    fields = {**one.fields, "weight": Decimal(one.fields["weight"])}
    row = Question.objects.create(role=role, key=one.key, difficulty=measure.difficulty, **fields)
    QuestionSkill.objects.bulk_create(QuestionSkill(question=row, skill=skill) for skill in measure.skills)
    return row


def _record(by: User | None, role: JobRole, made: Sequence[Question], published: int) -> None:
    audit.record(
        by=by,
        action="questions.imported",
        resource_type="job_role",
        resource_id=role.pk,
        metadata={"made": len(made), "published": published, "questions": [str(row.pk) for row in made]},
    )
