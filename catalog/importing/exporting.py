"""Writes the catalog as a folder that the import reads; importing what was just exported changes nothing.

Retired roles, questions and credentials are left out: a folder says what there is, and cannot say that something is
retired. Questions are written as they stand in their drafts, since the import publishes what it reads; one that was
never published and could not be is left out. Of several documents of a credential only the first fits into its file.
"""

import json
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from catalog.importing.folder import FENCE
from catalog.models import Credential, JobRole, Question, Skill
from catalog.question_checks import question_problems


def write_folder(folder: Path) -> int:
    """Write skills.json, roles/*.json and credentials/*.md into an empty or new folder; return how many files.

    Raises:
        FileExistsError: if there is something in the folder.
    """
    if folder.exists() and any(folder.iterdir()):
        raise FileExistsError(f"{folder} is not empty")
    files = {"skills.json": _json({"skills": [_skill(row) for row in Skill.objects.order_by("key")]})}
    for role in JobRole.objects.filter(active=True).order_by("key"):
        files[f"roles/{role.key}.json"] = _json(_role(role))
    for credential in Credential.objects.filter(active=True).order_by("key"):
        document = credential.documents.order_by("pk").first()
        if document is not None:
            files[f"credentials/{credential.key}.md"] = _document(credential, document.text)
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return len(files)


def _skill(row: Skill) -> dict[str, str]:
    written = {"key": row.key, "name": row.name, "category": row.category, "description": row.description}
    outside = {"onet_id": row.onet_id, "esco_uri": row.esco_uri}
    return written | {name: known for name, known in outside.items() if known}


def _role(role: JobRole) -> dict[str, Any]:
    return {
        "key": role.key,
        "name": role.name,
        "description": role.description,
        "assessment_size": role.assessment_size,
        "release_policy": role.release_policy,
        "review_sample_rate": _plain(role.review_sample_rate),
        "prerequisites": list(
            role.prerequisites.filter(active=True).order_by("key").values_list("key", flat=True)
        ),
        "skills": [
            {"skill": key, "target_level": float(level), "importance": importance}
            for key, level, importance in role.role_skills.order_by("skill__key").values_list(
                "skill__key", "target_level", "importance"
            )
        ],
        "questions": [
            _question(row) for row in role.questions.filter(active=True).order_by("key") if _loads(row)
        ],
    }


def _loads(row: Question) -> bool:
    """Whether the import would take the question; what was published once would have been refused otherwise."""
    return bool(row.version) or not question_problems(
        question_type=row.question_type, choices=row.choices, answer_format=row.answer_format,
        rules=row.rules, rubric=row.rubric,
    )  # fmt: skip


def _question(row: Question) -> dict[str, Any]:
    measured = row.question_skills.order_by("skill__key").values_list("skill__key", "weight")
    given = {
        "key": row.key,
        "type": row.question_type,
        "prompt": row.prompt,
        "choices": row.choices,
        "answer_format": row.answer_format,
        "rules": row.rules,
        "rubric": row.rubric,
        "weight": _plain(row.weight),
        "difficulty": row.difficulty,
        "required": row.required,
        "skills": [{"skill": key, "weight": _plain(weight)} for key, weight in measured],
    }
    return given | ({"feedback": row.feedback} if row.feedback else {})


def _document(row: Credential, text: str) -> str:
    skills = {key: float(level) for key, level in row.credential_skills.order_by("skill__key").values_list(
        "skill__key", "level"
    )}  # fmt: skip
    active = row.prerequisites.filter(active=True)
    front: Mapping[str, Any] = {
        "key": row.key,
        "title": row.title,
        "provider": row.provider,
        "level": row.level,
        "hours": row.hours,
        "language": row.language,
        "roles": list(row.roles.filter(active=True).order_by("key").values_list("key", flat=True)),
        "summary": row.description,
        "uri": row.uri,
        "prerequisites": list(active.order_by("key").values_list("key", flat=True)),
    }
    lines = [f"{name} = {_toml(value)}" for name, value in front.items()]
    table = ["[skills]", *(f"{_toml(key)} = {level}" for key, level in skills.items())]
    return "\n".join([FENCE, *lines, "", *table, FENCE, "", text])


def _toml(value: Any) -> str:
    """Return a text, number or list of texts as TOML, whose basic strings are JSON's but for one character."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"


def _plain(value: Decimal) -> str:
    """Return a decimal without zeros at its end and without an exponent."""
    return f"{value.normalize():f}"
