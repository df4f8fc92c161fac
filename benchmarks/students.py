"""A made-up world in which recommendations are asked for: a role, a catalog with words, past learners, students."""

import datetime as dt
import hashlib
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

import numpy as np
from django.db import connection

from accounts.models import User
from assessments.enums import Stage
from assessments.models import Assessment
from benchmarks.generated import DIMENSION, HNSW, PASSAGES_A_CREDENTIAL, clustered, settle
from catalog.models import JobRole, RoleSkill, Skill
from microcred.ai.base import EmbeddingKey
from microcred.ids import uuid7
from ops.jobs import enqueue
from ops.models import AsyncJob
from scoring import services as scoring
from tests.factories.assessments import submitted_assessment
from tests.factories.catalog import role_with_every_type

# One skill in ten is the role's, so that a tenth of the catalog serves it.
SKILLS: Final = 60
OWN_SKILLS: Final = 6
THEMES: Final = (
    "Joining tables", "Reading charts", "Cleaning data", "Writing reports", "Planning projects", "Testing programs",
    "Statistics", "Security", "Networks", "Negotiation", "Bookkeeping", "Design",
)  # fmt: skip
VERBS: Final = ("explains", "practises", "compares", "measures", "builds", "repairs", "reviews", "questions")
OBJECTS: Final = (
    "the first steps with examples from daily work", "how mistakes are found before they cost anything",
    "what to do when sources contradict each other", "the terms that everybody in the field uses",
    "small tasks that grow into a project of one's own", "methods that have stood the test of time",
    "where the usual advice does not hold", "how to tell good results from lucky ones",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class World:
    """The role, the skills that it asks for, and the ids and vectors of all passages."""

    role: JobRole
    skills: Sequence[Skill]
    vectors: Any
    helpful: Any


def skill_name(number: int) -> str:
    """Return the name of a skill."""
    theme = THEMES[number % len(THEMES)]
    return theme if number < len(THEMES) else f"{theme} {number // len(THEMES) + 1}"


def passage_text(number: int, skill: int) -> str:
    """Return the words of a passage: about seventy tokens in four sentences."""
    parts = [
        f"Part {number} {VERBS[(number + turn) % len(VERBS)]} {OBJECTS[(number // 3 + 5 * turn) % len(OBJECTS)]}"
        for turn in range(4)
    ]
    return f"{skill_name(skill)}. " + ". ".join(parts) + "."


def make_world(*, passages: int, learners: int, key: EmbeddingKey, seed: int = 5) -> World:
    """Fill the tables: five passages to a credential, one skill to a credential, a tenth of them for the role."""
    role = role_with_every_type()
    RoleSkill.objects.filter(role=role).delete()
    skills = [
        Skill.objects.get_or_create(key=f"skill-{number:02d}", defaults={"name": skill_name(number)})[0]
        for number in range(SKILLS)
    ]
    own = skills[:OWN_SKILLS]
    RoleSkill.objects.bulk_create(
        [
            RoleSkill(role=role, skill=skill, target_level=Decimal(4), importance=5 - place % 3)
            for place, skill in enumerate(own)
        ]
    )
    vectors = clustered(passages, seed=seed)
    credentials = [uuid7() for _ in range(-(-passages // PASSAGES_A_CREDENTIAL))]
    _load_catalog(credentials, skills, vectors, key)
    _load_learners(role, own, credentials, learners, seed)
    helpful = (np.arange(passages) // PASSAGES_A_CREDENTIAL) % SKILLS < OWN_SKILLS
    return World(role, own, vectors, helpful)


def _load_catalog(
    credentials: Sequence[uuid.UUID], skills: Sequence[Skill], vectors: Any, key: EmbeddingKey
) -> None:
    texts: list[list[str]] = [[] for _ in credentials]
    for number in range(len(vectors)):
        place = number // PASSAGES_A_CREDENTIAL
        texts[place].append(passage_text(number, place % SKILLS))
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexdef FROM pg_indexes WHERE indexname = %s", [HNSW])
        (definition,) = cursor.fetchone()
        cursor.execute(f"DROP INDEX {HNSW}")
        _load_credentials(cursor, credentials, 0)
        _copy(
            cursor, "credential_skills", "id, credential_id, skill_id, level",
            [(uuid7(), pk, skills[place % SKILLS].pk, 2 + place % 3) for place, pk in enumerate(credentials)],
        )  # fmt: skip
        documents = ["\n\n".join(own) for own in texts]
        _load_texts(cursor, credentials, 0, documents)
        rows = list(_passages(credentials, texts))
        _copy(
            cursor, "document_chunks",
            'id, document_id, position, title, heading, start, "end", text, content_hash, source_hash, created_at',
            rows,
        )  # fmt: skip
        _copy(
            cursor, "embedding_artifacts",
            "id, entity_type, entity_id, provider, model, dimension, content_hash, vector, chunk_id, created_at",
            [
                (uuid7(), "document_chunk", row[0], key.provider, key.model, DIMENSION, row[8],
                 str(vector.tolist()), row[0], "now")
                for row, vector in zip(rows, vectors, strict=True)
            ],
        )  # fmt: skip
        settle(cursor)
        cursor.execute(definition)


def load_documents(first: int, number: int) -> None:
    """Add so many credentials, from this number on, each with a document of one passage that is not cut yet."""
    places = range(first, first + number)
    ids = [uuid7() for _ in places]
    with connection.cursor() as cursor:
        _load_credentials(cursor, ids, first)
        texts = [passage_text(place, place % SKILLS) for place in places]
        _load_texts(cursor, ids, first, texts)


def _load_credentials(cursor: Any, ids: Sequence[uuid.UUID], first: int) -> None:
    columns = "id, key, title, description, provider, level, hours, language, uri, metadata, active"
    _copy(
        cursor, "credential_catalog", f"{columns}, created_at, updated_at",
        [
            (pk, f"c-{place}", _title(place), "", f"Provider {place % 9}", 2, 10 + place % 40, "en",
             f"https://example.org/{place}", "{}", True, "now", "now")
            for place, pk in enumerate(ids, start=first)
        ],
    )  # fmt: skip


def _load_texts(cursor: Any, ids: Sequence[uuid.UUID], first: int, texts: Sequence[str]) -> None:
    _copy(
        cursor, "credential_documents",
        "id, credential_id, uri, title, text, language, content_hash, updated_at",
        [
            (pk, pk, f"https://example.org/{place}/document", _title(place), text, "en", _hash(text), "now")
            for place, (pk, text) in enumerate(zip(ids, texts, strict=True), start=first)
        ],
    )  # fmt: skip


def _passages(credentials: Sequence[uuid.UUID], texts: Sequence[Sequence[str]]) -> Any:
    for place, (pk, own) in enumerate(zip(credentials, texts, strict=True)):
        start = 0
        for position, text in enumerate(own):
            hashed = _hash(f"{pk} {position}")
            yield (
                uuid7(),
                pk,
                position,
                _title(place),
                "",
                start,
                start + len(text),
                text,
                hashed,
                "0" * 64,
                "now",
            )
            start += len(text) + 2


def _load_learners(
    role: JobRole, skills: Sequence[Skill], credentials: Sequence[uuid.UUID], number: int, seed: int
) -> None:
    import json

    generator = np.random.default_rng(seed)
    levels = np.round(generator.uniform(0.5, 4.5, size=(number, len(skills))), 2)
    taken = generator.integers(len(credentials), size=(number, 4))
    users = [uuid7() for _ in range(number)]
    keys = [skill.key for skill in skills]
    with connection.cursor() as cursor:
        # The factories' users have whatever columns there are; what past learners need is copied from one of them.
        model = submitted_assessment(role=role).user
        _copy_users(cursor, model, users)
        _copy(
            cursor, "learner_profiles", "id, user_id, role_id, levels, recorded_at",
            [
                (uuid7(), pk, role.pk, json.dumps(dict(zip(keys, own.tolist(), strict=True))), "now")
                for pk, own in zip(users, levels, strict=True)
            ],
        )  # fmt: skip
        _copy(
            cursor, "learner_credentials", "id, user_id, credential_id, status, source, recorded_at",
            [
                (uuid7(), pk, credentials[int(place)], "completed", "synthetic", "now")
                for pk, own in zip(users, taken, strict=True)
                for place in sorted(set(own.tolist()))
            ],
        )  # fmt: skip


def _copy_users(cursor: Any, model: User, ids: Sequence[uuid.UUID]) -> None:
    columns = [field.column for field in User._meta.local_concrete_fields]
    own = {"id": "new.id", "email": "new.id || '@example.org'", "username": "new.id::text"}
    selected = ", ".join(own.get(str(column), f'model."{column}"') for column in columns)
    names = ", ".join(f'"{column}"' for column in columns)
    cursor.execute(
        f"INSERT INTO {User._meta.db_table} ({names}) SELECT {selected} FROM {User._meta.db_table} AS model, "
        "unnest(%s::uuid[]) AS new(id) WHERE model.id = %s",
        [list(ids), model.pk],
    )


def student(world: World, *, seed: int, now: dt.datetime) -> AsyncJob:
    """Make a student whose answers are scored, and the job that recommends something to them."""
    levels = np.round(np.random.default_rng(seed).uniform(0.5, 3.5, size=len(world.skills)), 2)
    assessment = submitted_assessment(role=world.role)
    AsyncJob.objects.filter(assessment_id=assessment.pk).delete()
    measured = {skill.key: float(level) for skill, level in zip(world.skills, levels, strict=True)}
    scoring.record_profile(assessment_id=assessment.pk, levels=measured)
    Assessment.objects.filter(pk=assessment.pk).update(stage=Stage.RETRIEVAL)
    return enqueue("recommendations.recommend", assessment_id=assessment.pk)


def _copy(cursor: Any, table: str, columns: str, rows: Sequence[Sequence[Any]]) -> None:
    with cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def _title(place: int) -> str:
    return f"{skill_name(place % SKILLS)}, course {place}"


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
