"""Stores a bundle: all of it or nothing, and the second time nothing."""

import datetime as dt
import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import models, transaction

from accounts.models import User
from catalog import services
from catalog.importing.bundle import Bundle, CredentialEntry, QuestionEntry, RoleEntry, SkillEntry
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
from ops import audit


@dataclass
class ImportReport:
    """How many rows of each kind were created, updated and left as they were."""

    created: Counter[str] = field(default_factory=Counter)
    updated: Counter[str] = field(default_factory=Counter)
    unchanged: Counter[str] = field(default_factory=Counter)

    @property
    def changed(self) -> bool:
        """Whether anything was created or updated."""
        return bool(self.created or self.updated)


class _DryRun(Exception):
    """Rolls the transaction of a dry run back."""


def store(bundle: Bundle, *, by: User | None, now: dt.datetime, dry_run: bool = False) -> ImportReport:
    """Store ``bundle`` in one transaction and publish its questions.

    Rows that the bundle does not name stay as they are. With ``dry_run`` all is tried and rolled back.
    """
    report = ImportReport()
    try:
        with transaction.atomic():
            _store_all(bundle, by, now, report)
            if report.changed:
                audit.record(
                    by=by, action="catalog.imported", resource_type="catalog", resource_id=None,
                    metadata={"created": dict(report.created), "updated": dict(report.updated)},
                )  # fmt: skip
                services.announce_catalog_change()
            if dry_run:
                raise _DryRun
    except _DryRun:
        pass
    return report


def _store_all(bundle: Bundle, by: User | None, now: dt.datetime, report: ImportReport) -> None:
    for skill in bundle.skills:
        _store_skill(skill, report)
    skills = {skill.key: skill for skill in Skill.objects.all()}
    roles = {entry.key: _store_role(entry, skills, report) for entry in bundle.roles}
    for entry in bundle.roles:
        _set_links(roles[entry.key].prerequisites, [roles[key] for key in entry.prerequisites])
        for question in entry.questions:
            _store_question(question, roles[entry.key], skills, by, now, report)
    credentials = {entry.key: _store_credential(entry, skills, report) for entry in bundle.credentials}
    for credential in bundle.credentials:
        row = credentials[credential.key]
        _set_links(row.prerequisites, [credentials[key] for key in credential.prerequisites])
        _set_links(row.roles, [roles[key] for key in credential.roles])


def _upsert(
    model: type[models.Model],
    kind: str,
    match: Mapping[str, Any],
    fields: Mapping[str, Any],
    report: ImportReport,
) -> Any:
    """Create the row, or change what differs; count which it was."""
    manager = model._default_manager
    row = manager.filter(**match).first()
    if row is None:
        report.created[kind] += 1
        return manager.create(**match, **fields)
    different = [name for name, value in fields.items() if getattr(row, name) != value]
    if not different:
        report.unchanged[kind] += 1
        return row
    for name in different:
        setattr(row, name, fields[name])
    row.save()
    report.updated[kind] += 1
    return row


def _store_skill(entry: SkillEntry, report: ImportReport) -> None:
    fields = {
        "name": entry.name,
        "category": entry.category,
        "description": entry.description,
        "onet_id": entry.onet_id,
        "esco_uri": entry.esco_uri,
    }
    _upsert(Skill, "skills", {"key": entry.key}, fields, report)


def _store_role(entry: RoleEntry, skills: Mapping[str, Skill], report: ImportReport) -> JobRole:
    fields = {"name": entry.name, "description": entry.description, **entry.settings}
    role: JobRole = _upsert(JobRole, "roles", {"key": entry.key}, fields, report)
    for key, (level, importance) in entry.needs.items():
        match = {"role": role, "skill": skills[key]}
        _upsert(RoleSkill, "role skills", match, {"target_level": level, "importance": importance}, report)
    role.role_skills.exclude(skill__key__in=entry.needs).delete()
    return role


def _store_question(
    entry: QuestionEntry,
    role: JobRole,
    skills: Mapping[str, Skill],
    by: User | None,
    now: dt.datetime,
    report: ImportReport,
) -> None:
    question: Question = _upsert(
        Question, "questions", {"key": entry.key}, {"role": role, **entry.fields}, report
    )
    for key, weight in entry.skills.items():
        match = {"question": question, "skill": skills[key]}
        _upsert(QuestionSkill, "question skills", match, {"weight": weight}, report)
    question.question_skills.exclude(skill__key__in=entry.skills).delete()
    services.publish_question(by=by, question=question, now=now)


def _store_credential(
    entry: CredentialEntry, skills: Mapping[str, Skill], report: ImportReport
) -> Credential:
    credential: Credential = _upsert(Credential, "credentials", {"key": entry.key}, entry.fields, report)
    for key, level in entry.skills.items():
        match = {"credential": credential, "skill": skills[key]}
        _upsert(CredentialSkill, "credential skills", match, {"level": level}, report)
    credential.credential_skills.exclude(skill__key__in=entry.skills).delete()
    text = entry.document_text
    document = {
        "credential": credential,
        "title": entry.document_title,
        "text": text,
        "language": credential.language,
        "content_hash": hashlib.sha256(text.encode()).hexdigest(),
    }
    _upsert(CredentialDocument, "documents", {"uri": credential.uri}, document, report)
    return credential


def _set_links(manager: Any, wanted: list[models.Model]) -> None:
    if set(manager.values_list("pk", flat=True)) != {row.pk for row in wanted}:
        manager.set(wanted)
