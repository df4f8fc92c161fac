"""Reading the catalog."""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from django.contrib.postgres.search import SearchQuery, SearchVector
from django.db.models import Prefetch, Q, QuerySet
from django.db.models.functions import Left

from catalog.fingerprints import CATALOG_MARK as CATALOG_MARK
from catalog.fingerprints import catalog_fingerprint as catalog_fingerprint
from catalog.fingerprints import catalog_version as catalog_version
from catalog.languages import other_language as other_language
from catalog.models import BY_NAME as BY_NAME
from catalog.models import BY_TITLE as BY_TITLE
from catalog.models import (
    Credential,
    CredentialDocument,
    CredentialSkill,
    JobRole,
    Question,
    QuestionVersion,
    RoleSkill,
    Skill,
)
from catalog.skill_list import skills as skills
from catalog.wordings import SkillText as SkillText
from catalog.wordings import essay_prompts as essay_prompts
from catalog.wordings import question_wordings as question_wordings
from catalog.wordings import skills_described as skills_described
from microcred.errors import Missing
from microcred.pipelining import Statement
from microcred.single_flight import SingleFlightCache

SEARCHED: Final = 100_000
_REVIEW_SAMPLE_RATE: Final = Statement("SELECT review_sample_rate FROM role_catalog WHERE id = %(role)s")
_SKILL_IDS: Final = Statement("SELECT key, id FROM skills WHERE key = ANY(%(keys)s)")


class CredentialMissing(Missing):
    """No such credential."""

    default_code = "CREDENTIAL_404"


class QuestionMissing(Missing):
    """No such question."""

    default_code = "QUESTION_404"


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


@dataclass(frozen=True)
class Assessable:
    """An active role, what is asked for it, and what it asks of skills; read once for each state of the catalog, and
    not to be changed by anybody."""

    role: JobRole | None
    pool: Sequence[PoolQuestion]
    needs: Sequence[RoleNeed]


_ASSESSABLE: Final[SingleFlightCache[tuple[str, uuid.UUID], Assessable]] = SingleFlightCache(64)
_outside: Final[SingleFlightCache[str, dict[str, dict[str, str]]]] = SingleFlightCache(2)


def assessable(role_id: uuid.UUID) -> Assessable:
    """Return the role if it is there and may be assessed, with its pool; without a role both are empty."""

    def read() -> Assessable:
        role = active_role(role_id)
        return (
            Assessable(role, question_pool(role_id), role_needs(role_id))
            if role
            else Assessable(None, (), ())
        )

    return _ASSESSABLE.get((catalog_version(), role_id), read)


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


def newest_version(question_id: uuid.UUID) -> QuestionVersion | None:
    """Return the version of a question that was published last; None for a draft."""
    return QuestionVersion.objects.filter(question_id=question_id).order_by("-published_at", "-pk").first()


def newest_versions(question_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, QuestionVersion]:
    """Return the version of each question that was published last, with the question."""
    rows = QuestionVersion.objects.filter(question_id__in=list(question_ids)).select_related("question")
    newest = rows.order_by("question_id", "-published_at", "-pk").distinct("question_id")
    return {row.question_id: row for row in newest}


def version(version_id: uuid.UUID) -> QuestionVersion:
    """Return one published version of a question."""
    return QuestionVersion.objects.get(pk=version_id)


def question(question_id: uuid.UUID) -> Question:
    """Return one question as staff edit it.

    Raises:
        QuestionMissing: if there is none.
    """
    found = Question.objects.filter(pk=question_id).first()
    if found is None:
        raise QuestionMissing("No such question.")
    return found


def question_by_key(key: str) -> Question:
    """Return one question.

    Raises:
        QuestionMissing: if there is none with this key.
    """
    found = Question.objects.filter(key=key).first()
    if found is None:
        raise QuestionMissing("No such question.")
    return found


def question_named(name: str) -> Question:
    """Return the question with this key or id, as people type it.

    Raises:
        QuestionMissing: if there is none.
    """
    try:
        question_id = uuid.UUID(name)
    except ValueError:
        return question_by_key(name)
    return question(question_id)


def version_content(version_id: uuid.UUID) -> dict[str, Any]:
    """Return what a published version of a question froze."""
    content: dict[str, Any] = QuestionVersion.objects.values_list("content", flat=True).get(pk=version_id)
    return content


def review_sample_rate(role_id: uuid.UUID) -> Decimal:
    """Return the share of a role's scored essays that people check at random, from 0 to 1."""
    rate: Decimal
    ((rate,),) = _REVIEW_SAMPLE_RATE.rows(role=role_id)
    return rate


def skill_ids(keys: Sequence[str]) -> dict[str, uuid.UUID]:
    """Return the ids of skills by key; unknown keys are left out."""
    return dict(_SKILL_IDS.rows(keys=list(keys)))


def outside_ids(keys: Collection[str], version: str | None = None) -> dict[str, dict[str, str]]:
    """Return what skills are called in O*NET and ESCO, by key; empty texts where that is not known.

    What was read of an unchanged catalog is kept, by its ``version`` if known.
    """
    known = _outside.get(version or catalog_version(), _read_outside)
    return {key: dict(known[key]) for key in keys if key in known}


def _read_outside() -> dict[str, dict[str, str]]:
    rows = Skill.objects.order_by().values_list("key", "onet_id", "esco_uri")
    return {key: {"onet_id": onet_id, "esco_uri": esco_uri} for key, onet_id, esco_uri in rows}


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
        # PostgreSQL refuses to index more than a megabyte of words, and nobody reads further for a search.
        vector = SearchVector("title", Left("description", SEARCHED), "provider", config="english")
        rows = rows.annotate(words=vector).filter(Q(words=words) | Q(title__icontains=search))
    return rows


def credential_titles(keys: Collection[str]) -> dict[str, str]:
    """Return titles by key, of withdrawn credentials too."""
    return dict(Credential.objects.filter(key__in=keys).values_list("key", "title"))


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


def documents_of(credential_ids: Collection[uuid.UUID]) -> list[CredentialDocument]:
    """Return the documents of these credentials, retired or not, with their credentials."""
    return list(CredentialDocument.objects.filter(credential__in=credential_ids).select_related("credential"))


def _with_skills(rows: QuerySet[Credential]) -> QuerySet[Credential]:
    skills = Prefetch("credential_skills", queryset=CredentialSkill.objects.select_related("skill"))
    return rows.prefetch_related(skills)
