"""Makes or completes a role from an occupation: all that was chosen or nothing, and the second time nothing."""

from collections.abc import Collection
from dataclasses import dataclass

from django.db import connection, transaction

from accounts.models import User
from catalog.importing.frameworks.framework import Profile, Source
from catalog.importing.frameworks.planning import Plan, Row, plan
from catalog.models import JobRole, RoleSkill, Skill
from ops import audit


@dataclass(frozen=True)
class Made:
    """A role, whether it is new, and how many skills were made, got an id, and are asked for newly or otherwise."""

    role: JobRole
    is_new: bool
    skills: int
    linked: int
    asked: int
    changed: int


class NothingChosen(Exception):
    """No skill of an occupation was chosen; a role without one asks for nothing."""


@transaction.atomic
def make(
    profile: Profile, source: Source, *, role: JobRole | None, chosen: Collection[int], by: User | None
) -> Made:
    """Make the role of an occupation, inactive, or complete ``role``, by the rows of its plan at the ``chosen`` places.

    A row that differs from what the role asks for is replaced; what the role asks for besides stays. Whoever does the
    same at the same time is waited for.

    Raises:
        NothingChosen: and nothing is made.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('catalog.frameworks', 0))")
    found = plan(profile, source, role=role)
    rows = [row for place, row in enumerate(found.rows) if place in chosen]
    if not rows:
        raise NothingChosen
    held = found.role or JobRole.objects.create(
        key=found.key, name=found.name, description=found.description, active=False
    )
    skills = [_skill(row, source) for row in rows]
    wanted = [(row, skill) for row, skill in zip(rows, skills, strict=True) if not row.is_same]
    for row, skill in wanted:
        values = {"target_level": row.demand.target, "importance": row.demand.importance}
        RoleSkill.objects.update_or_create(role=held, skill=skill, defaults=values)
    made = Made(
        role=held, is_new=found.role is None, skills=sum(row.skill is None for row in rows),
        linked=sum(row.skill is not None and row.adds_id for row in rows),
        asked=sum(row.is_new for row, _ in wanted), changed=sum(not row.is_new for row, _ in wanted),
    )  # fmt: skip
    if made.is_new or made.linked or wanted:
        _record(by, found, made, skills)
    return made


def _skill(row: Row, source: Source) -> Skill:
    concept = row.demand.concept
    outside = {source.field: concept.id} if row.adds_id else {}
    if row.skill is None:
        return Skill.objects.create(
            key=row.key, name=row.name, category=concept.kind, description=concept.description, **outside
        )
    if outside:
        Skill.objects.filter(pk=row.skill.pk).update(**outside)
    return row.skill


def _record(by: User | None, found: Plan, made: Made, skills: list[Skill]) -> None:
    audit.record(
        by=by, action="job_role.imported", resource_type="job_role", resource_id=made.role.pk,
        metadata={
            "source": found.source.name, "occupation": found.profile.occupation.code, "skills_made": made.skills,
            "skills_linked": made.linked, "asked": made.asked, "changed": made.changed,
            "skills": [str(skill.pk) for skill in skills],
        },
    )  # fmt: skip
