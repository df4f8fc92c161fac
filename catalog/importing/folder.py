"""Reads a catalog folder: skills.json, roles/*.json, credentials/*.md (TOML front matter, Markdown document)."""

import json
import tomllib
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

from catalog.importing import schemas
from catalog.importing.bundle import (
    Bundle,
    BundleInvalid,
    CredentialEntry,
    QuestionEntry,
    RoleEntry,
    SkillEntry,
    cross_check,
)
from catalog.question_checks import question_problems

FENCE = "+++"
ROLE_SETTINGS: Mapping[str, Callable[[Any], Any]] = {
    "assessment_size": int,
    "release_policy": str,
    "review_sample_rate": Decimal,
}


def read_folder(folder: Path) -> Bundle:
    """Read and check a catalog folder.

    Raises:
        BundleInvalid: naming every file and place that is wrong, not only the first.
    """
    problems: list[str] = []
    skills = _read_json(folder / "skills.json", schemas.SKILLS, problems)
    roles = [_read_json(path, schemas.ROLE, problems) for path in sorted((folder / "roles").glob("*.json"))]
    documents = [_read_document(path, problems) for path in sorted((folder / "credentials").glob("*.md"))]
    if problems:
        raise BundleInvalid(problems)
    bundle = Bundle(
        skills=tuple(SkillEntry(**entry) for entry in skills["skills"]),
        roles=tuple(_role(entry) for entry in roles),
        credentials=tuple(_credential(front, body) for front, body in documents),
    )
    problems = [*cross_check(bundle), *_question_problems(roles)]
    if problems:
        raise BundleInvalid(problems)
    return bundle


def _read_json(path: Path, schema: dict[str, Any], problems: list[str]) -> dict[str, Any]:
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        problems.append(f"{path.name}: {error}")
        return {}
    problems += _violations(path.name, value, schema)
    return value if isinstance(value, dict) else {}


def _read_document(path: Path, problems: list[str]) -> tuple[dict[str, Any], str]:
    try:
        whole = path.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        problems.append(f"{path.name}: {error}")
        return {}, ""
    head, opening, rest = whole.partition(f"{FENCE}\n")
    front_text, closing, body = rest.partition(f"\n{FENCE}\n")
    if head.strip() or not opening or not closing:
        problems.append(f"{path.name}: must begin with TOML between two lines of {FENCE}")
        return {}, ""
    try:
        front = tomllib.loads(front_text)
    except tomllib.TOMLDecodeError as error:
        problems.append(f"{path.name}: {error}")
        return {}, ""
    problems += _violations(path.name, front, schemas.CREDENTIAL)
    if not body.strip():
        problems.append(f"{path.name}: has no document")
    return front, body.strip() + "\n"


def _violations(place: str, value: object, schema: dict[str, Any]) -> Iterable[str]:
    for error in Draft202012Validator(schema).iter_errors(value):
        where = ".".join(str(part) for part in error.absolute_path) or "(whole file)"
        yield f"{place}: {where}: {error.message[:200]}"


def _question_problems(roles: list[dict[str, Any]]) -> list[str]:
    return [
        f"question {entry['key']}: {problem}"
        for role in roles
        for entry in role["questions"]
        for problem in question_problems(
            question_type=entry["type"],
            choices=entry.get("choices"),
            answer_format=entry.get("answer_format", {}),
            rules=entry.get("rules", {}),
            rubric=entry.get("rubric", {}),
        )
    ]


def _role(entry: dict[str, Any]) -> RoleEntry:
    return RoleEntry(
        key=entry["key"],
        name=entry["name"],
        description=entry["description"],
        needs={
            need["skill"]: (Decimal(str(need["target_level"])), need["importance"])
            for need in entry["skills"]
        },
        prerequisites=tuple(entry["prerequisites"]),
        settings={name: read(entry[name]) for name, read in ROLE_SETTINGS.items() if name in entry},
        questions=tuple(_question(question) for question in entry["questions"]),
    )


def _question(entry: dict[str, Any]) -> QuestionEntry:
    fields = {
        "question_type": entry["type"],
        "prompt": entry["prompt"],
        "choices": entry.get("choices"),
        "answer_format": entry.get("answer_format", {}),
        "rules": entry.get("rules", {}),
        "rubric": entry.get("rubric", {}),
        "feedback": entry.get("feedback", {}),
        "weight": Decimal(entry["weight"]),
        "difficulty": entry["difficulty"],
        "required": entry.get("required", True),
    }
    return QuestionEntry(
        entry["key"], fields, {row["skill"]: Decimal(row["weight"]) for row in entry["skills"]}
    )


def _credential(front: dict[str, Any], body: str) -> CredentialEntry:
    fields = {
        "title": front["title"],
        "description": front["summary"],
        "provider": front["provider"],
        "level": front["level"],
        "hours": front["hours"],
        "language": front["language"],
        "uri": front["uri"],
    }
    return CredentialEntry(
        key=front["key"],
        fields=fields,
        skills={key: Decimal(str(level)) for key, level in front["skills"].items()},
        roles=tuple(front["roles"]),
        prerequisites=tuple(front["prerequisites"]),
        document_title=front["title"],
        document_text=body,
    )
