"""What skills are in words: their names, what they mean, and what the credentials that teach them are about."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from catalog.models import Credential, CredentialSkill, Skill
from catalog.queries import catalog_version
from microcred.single_flight import SingleFlightCache

LONGEST: Final = 400


@dataclass(frozen=True, slots=True)
class SkillText:
    """A skill: its ``meaning`` in a sentence, and title and summary of each credential that teaches nothing further."""

    key: str
    name: str
    meaning: str
    taught: tuple[str, ...]


_kept: Final[SingleFlightCache[str, tuple[SkillText, ...]]] = SingleFlightCache(2)


def skill_texts() -> tuple[SkillText, ...]:
    """Return every skill of the catalog, by key; what was read of an unchanged catalog is kept."""
    return _kept.get(catalog_version(), _read)


def _read() -> tuple[SkillText, ...]:
    offered = Credential.objects.filter(active=True).values_list("pk", "title", "description")
    about = {pk: f"{title}. {text}"[:LONGEST] for pk, title, text in offered}
    rows = list(CredentialSkill.objects.order_by().values_list("credential", "skill", "level"))
    highest: dict[object, Decimal] = {}
    for credential, _, level in rows:
        highest[credential] = max(level, highest.get(credential, level))
    taught: dict[object, list[str]] = {}
    for credential, skill, level in sorted(rows, key=lambda row: str(row[0])):
        if credential in about and level == highest[credential]:
            taught.setdefault(skill, []).append(about[credential])
    skills = Skill.objects.order_by("key").values_list("pk", "key", "name", "description")
    return tuple(
        SkillText(key, name, f"{name}: {meaning}"[:LONGEST], tuple(taught.get(pk, ())))
        for pk, key, name, meaning in skills
    )
