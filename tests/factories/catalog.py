"""Roles, questions of every type, and credentials for tests."""

import datetime as dt
import hashlib
from decimal import Decimal
from typing import Any

import factory
from factory.django import DjangoModelFactory

from catalog import services
from catalog.models import (
    Credential,
    CredentialDocument,
    CredentialSkill,
    JobRole,
    Question,
    QuestionSkill,
    RoleSkill,
    Skill,
)

NOW = dt.datetime(2026, 3, 2, 9, 0, tzinfo=dt.UTC)


class SkillFactory(DjangoModelFactory[Skill]):
    """A skill."""

    class Meta:
        model = Skill
        django_get_or_create = ["key"]

    key = factory.Sequence(lambda number: f"skill-{number}")
    name = factory.LazyAttribute(lambda skill: skill.key.replace("-", " ").capitalize())


class JobRoleFactory(DjangoModelFactory[JobRole]):
    """An active role that asks its whole pool."""

    class Meta:
        model = JobRole

    key = factory.Sequence(lambda number: f"role-{number}")
    name = factory.Sequence(lambda number: f"Role {number}")
    assessment_size = 50


class RoleSkillFactory(DjangoModelFactory[RoleSkill]):
    """A need of a role."""

    class Meta:
        model = RoleSkill

    role = factory.SubFactory(JobRoleFactory)
    skill = factory.SubFactory(SkillFactory)
    target_level = Decimal("4")
    importance = 3


class CredentialFactory(DjangoModelFactory[Credential]):
    """An active credential."""

    class Meta:
        model = Credential

    key = factory.Sequence(lambda number: f"credential-{number}")
    title = factory.Sequence(lambda number: f"Credential {number}")
    description = "What it teaches."
    provider = "Harbour Data School"
    level = 3
    hours = 10
    uri = factory.LazyAttribute(lambda credential: f"https://credentials.example.org/{credential.key}")


class CredentialSkillFactory(DjangoModelFactory[CredentialSkill]):
    """A skill that a credential brings."""

    class Meta:
        model = CredentialSkill

    credential = factory.SubFactory(CredentialFactory)
    skill = factory.SubFactory(SkillFactory)
    level = Decimal("3")


class CredentialDocumentFactory(DjangoModelFactory[CredentialDocument]):
    """The document of a credential."""

    class Meta:
        model = CredentialDocument

    credential = factory.SubFactory(CredentialFactory)
    uri = factory.LazyAttribute(lambda document: document.credential.uri)
    title = factory.LazyAttribute(lambda document: document.credential.title)
    text = "# Title\n\n## What it covers\nA paragraph about the subject. It has two sentences.\n"
    content_hash = factory.LazyAttribute(lambda document: hashlib.sha256(document.text.encode()).hexdigest())


RUBRIC: dict[str, Any] = {
    "criteria": [
        {
            "key": key,
            "name": name,
            "explanation": f"How well you show {name.lower()}.",
            "guidance": f"guidance-canary-{key}: look for {name.lower()}.",
            "weight": weight,
            "levels": [
                {"id": "l0", "name": "Missing", "points": "0", "description": f"level-canary-{key}-0: nothing of it."},
                {"id": "l1", "name": "Partial", "points": "1", "description": f"level-canary-{key}-1: some of it."},
                {"id": "l2", "name": "Full", "points": "2", "description": f"level-canary-{key}-2: all of it."},
            ],
        }
        for key, name, weight in (("reasoning", "Reasoning", "2"), ("evidence", "Evidence", "1"))
    ],
    "model_answer": "model-answer-canary: the best answer weighs both sides.",
    "grader_notes": "grader-notes-canary: be strict.",
}  # fmt: skip

QUESTIONS: dict[str, dict[str, Any]] = {
    "multiple_choice": {
        "choices": [
            {"id": "c1", "text": "Alpha"},
            {"id": "c2", "text": "Beta"},
            {"id": "c3", "text": "Gamma"},
        ],
        "answer_format": {"max_choices": 1},
        "rules": {"kind": "choice", "correct": ["c2"], "scoring": "all_or_nothing"},
    },
    "numeric": {
        "rules": {"kind": "numeric", "value": "42.5", "absolute_tolerance": "0.5"},
    },
    "short_text": {
        "rules": {"kind": "short_text", "accepted": [{"text": "shorttextcanary", "credit": "1"}]},
    },
    "ordering": {
        "choices": [
            {"id": "c1", "text": "Plan"},
            {"id": "c2", "text": "Build"},
            {"id": "c3", "text": "Check"},
        ],
        "rules": {"kind": "ordering", "order": ["c2", "c3", "c1"], "scoring": "pairs"},
    },
    "matching": {
        "choices": [
            {"id": "l1", "text": "Cat", "side": "left"},
            {"id": "l2", "text": "Dog", "side": "left"},
            {"id": "r1", "text": "Barks", "side": "right"},
            {"id": "r2", "text": "Meows", "side": "right"},
        ],
        "rules": {"kind": "matching", "pairs": {"l1": "r2", "l2": "r1"}, "scoring": "per_pair"},
    },
    "profile": {
        "choices": [{"id": "c1", "text": "Never"}, {"id": "c2", "text": "Daily"}],
        "answer_format": {"max_choices": 1},
        "rules": {"kind": "profile", "signals": []},
        "required": False,
    },
    "essay": {"rubric": RUBRIC, "answer_format": {"min_words": 20, "max_words": 350}, "weight": Decimal("4")},
}


class QuestionFactory(DjangoModelFactory[Question]):
    """A draft question; ``published_question`` makes one that assessments ask."""

    class Meta:
        model = Question

    role = factory.SubFactory(JobRoleFactory)
    key = factory.Sequence(lambda number: f"question-{number}")
    question_type = "multiple_choice"
    prompt = factory.LazyAttribute(lambda question: f"Prompt of {question.key}?")
    feedback = {"student": "A general hint.", "staff": "staff-feedback-canary"}


def published_question(
    question_type: str = "multiple_choice",
    *,
    skill: str | None = "sql",
    role: JobRole | None = None,
    **fields: Any,
) -> Question:
    """Make a question of a type with the key of ``QUESTIONS``, map it to a skill, if any, and publish it."""
    given = {**QUESTIONS[question_type], **fields}
    question = QuestionFactory(question_type=question_type, **({"role": role} if role else {}), **given)
    if skill:
        QuestionSkill.objects.create(question=question, skill=SkillFactory(key=skill))
    services.publish_question(by=None, question=question, now=NOW)
    question.refresh_from_db()
    return question


def role_with_every_type() -> JobRole:
    """Make a role whose pool has one question of each type, all measuring SQL."""
    role = JobRoleFactory()
    RoleSkillFactory(role=role, skill=SkillFactory(key="sql", name="SQL"))
    for question_type in QUESTIONS:
        published_question(question_type, role=role)
    return role
