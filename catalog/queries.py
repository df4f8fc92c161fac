"""Reading the catalog."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.search import SearchQuery, SearchVector
from django.db.models import Prefetch, Q, QuerySet

from catalog.models import (
    Credential,
    CredentialDocument,
    CredentialSkill,
    JobRole,
    QuestionVersion,
    RoleSkill,
    Skill,
)
from microcred.errors import Missing


class CredentialMissing(Missing):
    """No such credential."""

    default_code = "CREDENTIAL_404"


class DocumentMissing(Missing):
    """No such document."""

    default_code = "DOCUMENT_404"


@dataclass(frozen=True)
class RoleNeed:
    """What a role asks of one skill: the level (0 to 5) and how much it matters (1 to 5)."""

    skill_id: uuid.UUID
    skill_key: str
    skill_name: str
    skill_description: str
    target_level: float
    importance: int


@dataclass(frozen=True)
class PoolQuestion:
    """A published question that an assessment may ask; ``content`` is what a snapshot freezes."""

    question_id: uuid.UUID
    version_id: uuid.UUID
    version: str
    content: dict[str, Any]


def active_role(role_id: uuid.UUID) -> JobRole | None:
    """Return the role if it is there and may be assessed."""
    return JobRole.objects.prefetch_related("prerequisites").filter(pk=role_id, active=True).first()


def active_roles() -> QuerySet[JobRole]:
    """Return all roles that may be assessed, with their skills."""
    skills = Prefetch("role_skills", queryset=RoleSkill.objects.select_related("skill"))
    return JobRole.objects.filter(active=True).prefetch_related(skills, "prerequisites")


def role_needs(role_id: uuid.UUID) -> list[RoleNeed]:
    """Return what a role asks for, the most important first."""
    rows = RoleSkill.objects.filter(role_id=role_id).select_related("skill")
    return [
        RoleNeed(
            skill_id=row.skill_id,
            skill_key=row.skill.key,
            skill_name=row.skill.name,
            skill_description=row.skill.description,
            target_level=float(row.target_level),
            importance=row.importance,
        )
        for row in rows
    ]


def question_pool(role_id: uuid.UUID) -> list[PoolQuestion]:
    """Return the newest published version of every active question of a role, in a stable order."""
    versions = (
        QuestionVersion.objects.filter(question__role_id=role_id, question__active=True)
        .order_by("question__key", "-published_at")
        .distinct("question__key")
    )
    return [PoolQuestion(row.question_id, row.pk, row.version, row.content) for row in versions]


def skill_ids(keys: Sequence[str]) -> dict[str, uuid.UUID]:
    """Return the ids of skills by key; unknown keys are left out."""
    return dict(Skill.objects.filter(key__in=keys).values_list("key", "pk"))


def credentials(
    *, role_id: uuid.UUID | None = None, skill: str = "", search: str = ""
) -> QuerySet[Credential]:
    """Return the active credentials, by title, narrowed by role, skill key and words in the text."""
    rows = _with_skills(Credential.objects.filter(active=True))
    if role_id is not None:
        rows = rows.filter(
            pk__in=Credential.roles.through.objects.filter(jobrole_id=role_id).values("credential_id")
        )
    if skill:
        rows = rows.filter(pk__in=CredentialSkill.objects.filter(skill__key=skill).values("credential_id"))
    if search:
        words = SearchQuery(search, config="english", search_type="websearch")
        vector = SearchVector("title", "description", "provider", config="english")
        rows = rows.annotate(words=vector).filter(Q(words=words) | Q(title__icontains=search))
    return rows


def credential(credential_id: uuid.UUID) -> Credential:
    """Return one active credential with its skills, documents, roles and prerequisites.

    Raises:
        CredentialMissing: if there is none.
    """
    found = (
        _with_skills(Credential.objects.filter(active=True, pk=credential_id))
        .prefetch_related("documents", "roles", "prerequisites")
        .first()
    )
    if found is None:
        raise CredentialMissing("No such credential.")
    return found


def document(document_id: uuid.UUID) -> CredentialDocument:
    """Return one document with its credential, retired or not: what was cited must stay readable.

    Raises:
        DocumentMissing: if there is none.
    """
    found = CredentialDocument.objects.select_related("credential").filter(pk=document_id).first()
    if found is None:
        raise DocumentMissing("No such document.")
    return found


def _with_skills(rows: QuerySet[Credential]) -> QuerySet[Credential]:
    skills = Prefetch("credential_skills", queryset=CredentialSkill.objects.select_related("skill"))
    return rows.prefetch_related(skills)
