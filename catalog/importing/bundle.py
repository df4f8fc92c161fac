"""A catalog as it was read, before any of it is stored."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from microcred.admin_dashboard import pluralize


class BundleInvalid(ValueError):
    """A catalog cannot be used; ``problems`` names every place and what is wrong there."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__(pluralize(len(problems), "problem in the catalog", "problems in the catalog"))
        self.problems = problems


@dataclass(frozen=True)
class SkillEntry:
    """A skill; what it is called outside is empty where that is not known."""

    key: str
    name: str
    category: str
    description: str
    onet_id: str = ""
    esco_uri: str = ""


@dataclass(frozen=True)
class QuestionEntry:
    """A question of a role, in the shape of catalog.models.Question."""

    key: str
    fields: Mapping[str, Any]
    skills: Mapping[str, Decimal]


@dataclass(frozen=True)
class RoleEntry:
    """A role with its needs (skill key to target level and importance) and its question pool.

    ``settings`` are those columns of the role that the file gives; the others stay as they are.
    """

    key: str
    name: str
    description: str
    needs: Mapping[str, tuple[Decimal, int]]
    prerequisites: tuple[str, ...]
    settings: Mapping[str, Any]
    questions: tuple[QuestionEntry, ...]


@dataclass(frozen=True)
class CredentialEntry:
    """A credential with the level that it brings for each skill key, and its source document."""

    key: str
    fields: Mapping[str, Any]
    skills: Mapping[str, Decimal]
    roles: tuple[str, ...]
    prerequisites: tuple[str, ...]
    document_title: str
    document_text: str


@dataclass(frozen=True)
class Bundle:
    """All that one import brings."""

    skills: tuple[SkillEntry, ...]
    roles: tuple[RoleEntry, ...]
    credentials: tuple[CredentialEntry, ...]


def cross_check(bundle: Bundle) -> list[str]:
    """Return every reference to a skill, role or credential that the bundle does not hold, and every double."""
    problems: list[str] = []
    skills = {entry.key for entry in bundle.skills}
    roles = {entry.key for entry in bundle.roles}
    credentials = {entry.key for entry in bundle.credentials}
    questions = [question for role in bundle.roles for question in role.questions]
    for kind, keys in (
        ("skill", [entry.key for entry in bundle.skills]),
        ("role", [entry.key for entry in bundle.roles]),
        ("role name", [entry.name for entry in bundle.roles]),
        ("question", [entry.key for entry in questions]),
        ("credential", [entry.key for entry in bundle.credentials]),
        ("credential address", [entry.fields["uri"] for entry in bundle.credentials]),
    ):
        problems += [
            f"{kind} {key}: stands twice" for key in sorted({key for key in keys if keys.count(key) > 1})
        ]
    for role in bundle.roles:
        problems += _unknown(f"role {role.key}", "skill", set(role.needs), skills)
        problems += _unknown(f"role {role.key}", "role", set(role.prerequisites), roles)
    for question in questions:
        problems += _unknown(f"question {question.key}", "skill", set(question.skills), skills)
    for entry in bundle.credentials:
        problems += _unknown(f"credential {entry.key}", "skill", set(entry.skills), skills)
        problems += _unknown(f"credential {entry.key}", "role", set(entry.roles), roles)
        problems += _unknown(f"credential {entry.key}", "credential", set(entry.prerequisites), credentials)
    return problems


def _unknown(place: str, kind: str, named: set[str], known: set[str]) -> list[str]:
    return [f"{place}: unknown {kind} {key!r}" for key in sorted(named - known)]
