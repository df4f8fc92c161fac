"""Skills of the catalog that lack the id of a framework, and the ids that a curator gives them."""

from collections.abc import Mapping, Sequence

from django.db import transaction

from accounts.models import User
from catalog.external_ids import is_storable
from catalog.importing.frameworks.framework import Concept, FrameworkInvalid, Source
from catalog.importing.frameworks.linking import Links, Suggestion, UnlinkedSkill
from catalog.models import Skill
from ops import audit


def lacking(source: Source) -> Sequence[UnlinkedSkill]:
    """Return the skills that have no id of the framework, by name."""
    rows = Skill.objects.filter(**{source.field: ""}).order_by("name", "key")
    return [UnlinkedSkill(row.key, row.name, row.description) for row in rows]


def links(concepts: Sequence[Concept], source: Source) -> Links:
    """Return what skills may be linked to: of the concepts those whose ids a skill may have.

    Raises:
        FrameworkInvalid: when there is none, as in a table of occupations alone.
    """
    known = [one for one in concepts if is_storable(source.field, one.id)]
    if not known:
        raise FrameworkInvalid(f"There are no skills of {source.name} in the file, only other things.")
    return Links(known)


def suggestions(known: Links, source: Source) -> list[tuple[UnlinkedSkill, list[Suggestion]]]:
    """Return, by words alone, what each skill that lacks an id may be; those with something of their name go first."""
    found = [(wanted, known.suggest(wanted)) for wanted in lacking(source)]
    return sorted(found, key=lambda pair: -max((one.score for one in pair[1]), default=0.0))


@transaction.atomic
def link(chosen: Mapping[str, str], source: Source, *, by: User | None) -> int:
    """Give skills their ids in the framework, by key; return how many got one. One that has an id by now keeps it."""
    linked = 0
    for key, outside in sorted(chosen.items()):
        skill = Skill.objects.select_for_update().filter(**{"key": key, source.field: ""}).first()
        if skill is None:
            continue
        Skill.objects.filter(pk=skill.pk).update(**{source.field: outside})
        audit.record(
            by=by, action="skill.linked", resource_type="skill", resource_id=skill.pk,
            metadata={source.field: outside},
        )  # fmt: skip
        linked += 1
    return linked
