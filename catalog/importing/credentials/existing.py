"""The credentials that stand in the catalog, as a list is compared with them."""

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final
from urllib.parse import urlsplit

from django.db.models import F
from django.db.models.functions import Left, Length

from catalog.models import (
    Credential,
    CredentialDocument,
    CredentialImport,
    CredentialSkill,
    JobRole,
    Skill,
    SkillName,
)

COLUMNS: Final = ("title", "description", "provider", "level", "hours", "language", "uri", "active")
COMPARED_OF_DOCUMENT: Final = 20_000


@dataclass(frozen=True)
class StandingDocument:
    """A document that stands, by its hash, with its beginning."""

    pk: uuid.UUID
    uri: str
    content_hash: str
    beginning: str
    length: int


@dataclass
class Standing:
    """A credential that stands; ``before`` is what the last file said of it, as hashes by field."""

    pk: uuid.UUID
    key: str
    said: Mapping[str, Any]
    skills: dict[str, Decimal] = field(default_factory=dict)
    roles: set[str] = field(default_factory=set)
    prerequisites: set[str] = field(default_factory=set)
    documents: list[StandingDocument] = field(default_factory=list)
    before: Mapping[str, str] = field(default_factory=dict)

    @property
    def document(self) -> StandingDocument | None:
        """The one that a list speaks of: that at the credential's address, else the oldest."""
        own = (one for one in self.documents if one.uri == self.said["uri"])
        return next(own, self.documents[0] if self.documents else None)


@dataclass(frozen=True)
class Catalog:
    """All credentials by id, and what skills and roles are called; ``names`` are those that curators have picked."""

    credentials: Mapping[uuid.UUID, Standing]
    skills: tuple[tuple[str, str, str], ...]
    outside: Mapping[str, str]
    names: Mapping[str, str]
    roles: Mapping[str, str]


def same_page(uri: str) -> str:
    """Return an address as it is compared: however its host is spelled, with or without s and a slash at its end."""
    try:
        parts = urlsplit(uri.strip())
    except ValueError:
        return uri.strip()
    path = parts.path.rstrip("/") + (f"?{parts.query}" if parts.query else "")
    return parts.netloc.lower() + path + (f"#{parts.fragment}" if parts.fragment else "")


def read_catalog(*, lock: bool = False) -> Catalog:
    """Read what a list is compared with, in a number of statements that does not grow; ``lock`` it for a change."""
    rows = Credential.objects.order_by("pk")
    if lock:
        rows = rows.select_for_update(no_key=True)
    credentials = {
        row["pk"]: Standing(row["pk"], row["key"], {name: row[name] for name in COLUMNS})
        for row in rows.values("pk", "key", *COLUMNS)
    }
    skills = Skill.objects.order_by("key").values_list("key", "name", "description", "onet_id", "esco_uri")
    roles = JobRole.objects.order_by("active").values_list("key", "name")
    return Catalog(
        credentials=credentials,
        skills=tuple((key, name, description) for key, name, description, *_ in skills),
        outside=_outside(skills),
        names=dict(SkillName.objects.values_list("name", "skill__key")),
        roles={name.casefold(): key for key, called in roles for name in (called, key)},
    )


def _outside(skills: Iterable[tuple[str, ...]]) -> dict[str, str]:
    """Return skills by what they are called outside; an id that several share names none of them."""
    called: dict[str, set[str]] = defaultdict(set)
    for key, _, _, *ids in skills:
        for one in filter(None, ids):
            called[one.casefold()].add(key)
    return {one: next(iter(keys)) for one, keys in called.items() if len(keys) == 1}


def read_details(catalog: Catalog, pks: Collection[uuid.UUID]) -> None:
    """Read what hangs on some of the credentials, in a number of statements that does not grow."""
    wanted = list(pks)
    found = catalog.credentials
    brought = CredentialSkill.objects.order_by().filter(credential__pk__among=wanted)
    for pk, key, level in brought.values_list("credential_id", "skill__key", "level"):
        found[pk].skills[key] = level
    roles = Credential.roles.through.objects.filter(credential__pk__among=wanted)
    for pk, key in roles.values_list("credential_id", "jobrole__key"):
        found[pk].roles.add(key)
    before = Credential.prerequisites.through.objects.filter(from_credential__pk__among=wanted)
    for pk, key in before.values_list("from_credential_id", "to_credential__key"):
        found[pk].prerequisites.add(key)
    documents = CredentialDocument.objects.order_by("pk").filter(credential__pk__among=wanted)
    for pk, *told in documents.values_list(
        "credential_id", "pk", "uri", "content_hash", Left("text", COMPARED_OF_DOCUMENT), Length(F("text"))
    ):
        found[pk].documents.append(StandingDocument(*told))
    for pk, said in CredentialImport.objects.filter(credential__pk__among=wanted).values_list(
        "credential_id", "said"
    ):
        found[pk].before = said
