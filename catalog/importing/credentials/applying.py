"""Takes a list of credentials over: all that is chosen of it or nothing, and the second time nothing."""

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db import IntegrityError, transaction

from accounts.models import User
from catalog import services
from catalog.importing.credentials.comparing import said_hash, text_hash
from catalog.importing.credentials.listed import CredentialFile
from catalog.importing.credentials.plan import Choice, Entry, ImportDefaults, Plan
from catalog.importing.credentials.planning import plan
from catalog.models import (
    Credential,
    CredentialDocument,
    CredentialImport,
    CredentialSkill,
    JobRole,
    Skill,
    SkillName,
)
from microcred.bulk_inserts import insert_rows
from microcred.errors import Conflict
from ops import audit
from ops.models import AuditLog

_LINKS: Final = ("skills", "roles", "prerequisites", "document")
# Each row of a batch is compared with all others of it.
_BATCH: Final = 100


class CatalogChangedMeanwhile(Conflict):
    """Something else would come of the list than what somebody agreed to."""

    default_code = "CATALOG_409"


@dataclass(frozen=True)
class Taken:
    """How many credentials were made, changed and retired, and how many are as the list has them already."""

    made: int
    changed: int
    retired: int
    unchanged: int


def take(
    file: CredentialFile,
    wishes: ImportDefaults,
    choice: Choice,
    *,
    by: User | None,
    now: dt.datetime,
    expected: str | None = None,
) -> Taken:
    """Make, change and retire what is chosen, and remember what the list said and which skills were picked.

    ``expected`` is the fingerprint of the plan that was agreed to.

    Raises:
        CatalogChangedMeanwhile: if something else would come of it now, or somebody was faster.
    """
    try:
        with transaction.atomic():
            found = plan(file, wishes, lock=True)
            if expected is not None and found.fingerprint != expected:
                raise CatalogChangedMeanwhile("The catalog has changed since you looked. Look again.")
            return _Taking(found, choice, by, now).taken(wishes)
    except IntegrityError:
        raise CatalogChangedMeanwhile("Somebody else has added credentials meanwhile. Look again.") from None


class _Taking:
    def __init__(self, found: Plan, choice: Choice, by: User | None, now: dt.datetime) -> None:
        self._plan, self._choice, self._by, self._now = found, choice, by, now
        self._new = [one for one in found.new if choice.takes(one)]
        self._changed = [
            (one, chosen) for one in (*found.changed, *found.held) if (chosen := choice.changes(one))
        ]
        self._skills = dict(Skill.objects.values_list("key", "pk"))
        self._roles = dict(JobRole.objects.values_list("key", "pk"))

    def taken(self, wishes: ImportDefaults) -> Taken:
        made = self._made()
        rows = Credential.objects.in_bulk([one.pk for one, _ in self._changed])
        self._change_columns(rows)
        keys = dict(Credential.objects.values_list("key", "pk"))
        linked: list[tuple[Any, Mapping[str, Any]]] = [(made[one.at].pk, one.fields) for one in self._new]
        linked += [(one.pk, {c.name: c.value for c in chosen}) for one, chosen in self._changed]
        self._link(linked, keys)
        self._document([(pk, values["document"]) for pk, values in linked if values.get("document")])
        self._remember(made, keys)
        names = _remember_names(wishes, self._skills)
        retired = self._retired()
        insert_rows(self._trail(made, retired, names))
        if made or self._changed:
            services.announce_catalog_change()
        return Taken(len(made), len(self._changed), retired, len(self._plan.unchanged))

    def _made(self) -> dict[int, Credential]:
        made = {
            one.at: Credential(
                key=one.key, **{name: value for name, value in one.fields.items() if name not in _LINKS}
            )
            for one in self._new
        }
        insert_rows(list(made.values()))
        return made

    def _change_columns(self, rows: Mapping[uuid.UUID, Credential]) -> None:
        columns: set[str] = set()
        for entry, chosen in self._changed:
            for change in chosen:
                if change.name not in _LINKS and entry.pk:
                    setattr(rows[entry.pk], change.name, change.value)
                    columns.add(change.name)
        for row in rows.values():
            row.updated_at = self._now
        if rows:
            Credential.objects.bulk_update(
                list(rows.values()), [*sorted(columns), "updated_at"], batch_size=_BATCH
            )

    def _link(self, linked: Sequence[tuple[Any, Mapping[str, Any]]], keys: Mapping[str, uuid.UUID]) -> None:
        """Replace what each brings, is meant for and comes after, where something else is said of it."""
        after = Credential.prerequisites.through
        for_roles = Credential.roles.through
        for model, own, name in (
            (CredentialSkill, "credential", "skills"),
            (for_roles, "credential", "roles"),
            (after, "from_credential", "prerequisites"),
        ):
            pks = [pk for pk, values in linked if name in values]
            if pks:
                model._default_manager.filter(**{f"{own}__pk__among": pks}).delete()
        insert_rows(
            [
                CredentialSkill(credential_id=pk, skill_id=self._skills[key], level=level)
                for pk, values in linked for key, level in values.get("skills", {}).items()
            ],
            [
                for_roles(credential_id=pk, jobrole_id=self._roles[key])
                for pk, values in linked for key in sorted(values.get("roles", ()))
            ],
            [
                after(from_credential_id=pk, to_credential_id=keys[key])
                for pk, values in linked for key in sorted(values.get("prerequisites", ())) if key in keys
            ],
        )  # fmt: skip

    def _document(self, texts: Sequence[tuple[Any, str]]) -> None:
        """Write the document of each: the one at its address, else its oldest, else a new one."""
        pks = [pk for pk, _ in texts]
        rows = Credential.objects.in_bulk(pks)
        there: dict[Any, list[CredentialDocument]] = {}
        for row in CredentialDocument.objects.order_by("pk").filter(credential__pk__among=pks):
            there.setdefault(row.credential_id, []).append(row)
        taken = set(
            CredentialDocument.objects.filter(uri__in=[row.uri for row in rows.values()]).values_list(
                "uri", flat=True
            )
        )
        new: list[CredentialDocument] = []
        old: list[CredentialDocument] = []
        for pk, text in texts:
            own = there.get(pk, [])
            found = next((one for one in own if one.uri == rows[pk].uri), own[0] if own else None)
            row = found or _blank(rows[pk], taken)
            (old if found else new).append(_written(row, text, rows[pk], self._now))
        insert_rows(new)
        if old:
            fields = ["title", "text", "language", "content_hash", "updated_at"]
            CredentialDocument.objects.bulk_update(old, fields, batch_size=_BATCH)

    def _remember(self, made: Mapping[int, Credential], keys: Mapping[str, uuid.UUID]) -> None:
        """Keep what the list said of each that was taken, and of each that it said nothing new of."""
        told: list[tuple[Any, Mapping[str, str]]] = [
            (made[one.at].pk, _borne(one, keys)) for one in self._new
        ]
        told += [(one.pk, _borne(one, keys)) for one, _ in self._changed]
        told += [(one.pk, one.said) for one in (*self._plan.unchanged, *self._plan.held)]
        known = dict(CredentialImport.objects.values_list("credential_id", "said"))
        _keep(
            [
                (pk, {**known.get(pk, {}), **said})
                for pk, said in told
                if pk not in known or any(known[pk].get(name) != one for name, one in said.items())
            ],
            self._now,
        )

    def _retired(self) -> int:
        if not self._choice.retire_missing or not self._plan.missing:
            return 0
        rows = list(Credential.objects.filter(pk__among=[one.pk for one in self._plan.missing], active=True))
        services.retire_credentials(by=self._by, credentials=rows)
        said = dict(CredentialImport.objects.filter(credential__in=rows).values_list("credential_id", "said"))
        _keep(
            [(row.pk, {**said.get(row.pk, {}), "active": said_hash("active", False)}) for row in rows],
            self._now,
        )
        return len(rows)

    def _trail(self, made: Mapping[int, Credential], retired: int, names: int) -> list[AuditLog]:
        counts = {"made": len(made), "changed": len(self._changed), "retired": retired, "names": names}
        if not any(counts.values()):
            return []
        return [
            *(self._line("created", row.pk, {"imported": True}) for row in made.values()),
            *(
                self._line("changed", one.pk, {"imported": True, "fields": [change.name for change in chosen]})
                for one, chosen in self._changed
            ),
            audit.line(
                by=self._by, action="credentials.imported", resource_type="catalog", resource_id=None,
                metadata=counts,
            ),
        ]  # fmt: skip

    def _line(self, deed: str, pk: uuid.UUID | None, facts: Mapping[str, Any]) -> AuditLog:
        return audit.line(
            by=self._by,
            action=f"credential.{deed}",
            resource_type="credential",
            resource_id=pk,
            metadata=facts,
        )


def _blank(credential: Credential, taken: Iterable[str]) -> CredentialDocument:
    """Return a new document at the address of its credential, or beside it where that is another document's."""
    beside = f"{credential.uri[:380]}#{credential.key}"
    return CredentialDocument(
        credential=credential, uri=beside if credential.uri in taken else credential.uri
    )


def _written(
    row: CredentialDocument, text: str, credential: Credential, now: dt.datetime
) -> CredentialDocument:
    row.title, row.text, row.language = credential.title, text, credential.language
    row.content_hash, row.updated_at = text_hash(text), now
    return row


def _keep(said: Sequence[tuple[Any, Mapping[str, str]]], now: dt.datetime) -> None:
    CredentialImport.objects.bulk_create(
        [CredentialImport(credential_id=pk, said=dict(one), updated_at=now) for pk, one in said],
        batch_size=2000, update_conflicts=True, unique_fields=["credential"], update_fields=["said", "updated_at"],
    )  # fmt: skip


def _borne(entry: Entry, keys: Mapping[str, uuid.UUID]) -> dict[str, str]:
    """Return what a list said of a credential that was taken, without what could not be carried out yet."""
    after = [entry.fields.get("prerequisites", ())]
    after += [change.value for change in entry.changes if change.name == "prerequisites"]
    is_whole = all(key in keys for some in after for key in some)
    return {name: said for name, said in entry.said.items() if is_whole or name != "prerequisites"}


def _remember_names(wishes: ImportDefaults, skills: Mapping[str, uuid.UUID]) -> int:
    """Keep which skills were picked for names, forget those for which none was, and return how many that changed."""
    picked = {name: skills[key] for name, key in wishes.skills.items() if key in skills}
    known = dict(SkillName.objects.filter(name__in=wishes.skills).values_list("name", "skill_id"))
    gone = [name for name in known if name not in picked]
    new = [SkillName(name=name, skill_id=pk) for name, pk in picked.items() if known.get(name) != pk]
    SkillName.objects.filter(name__in=gone).delete()
    SkillName.objects.bulk_create(new, update_conflicts=True, unique_fields=["name"], update_fields=["skill"])
    return len(gone) + len(new)
