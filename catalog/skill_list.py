"""The list of skills."""

import uuid
from typing import Any

from django.db.models import Count, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from catalog.models import BY_NAME, CredentialSkill, RoleSkill, Skill


def skills(*, role_id: uuid.UUID | None = None, search: str = "") -> QuerySet[Skill]:
    """Return all skills, by name, narrowed by a role that asks for them and by part of the name, the key, or an id in
    O*NET or ESCO.

    Each has ``asked_by_roles`` and ``taught_by_credentials``: how many active ones there are.
    """
    rows = Skill.objects.order_by(*BY_NAME).annotate(
        asked_by_roles=_number(RoleSkill.objects.filter(role__active=True)),
        taught_by_credentials=_number(CredentialSkill.objects.filter(credential__active=True)),
    )
    if role_id is not None:
        rows = rows.filter(pk__in=RoleSkill.objects.filter(role_id=role_id).values("skill_id"))
    if search:
        names = ("name", "key", "onet_id", "esco_uri")
        rows = rows.filter(Q(*((f"{name}__icontains", search) for name in names), _connector=Q.OR))
    return rows


def _number(links: QuerySet[Any]) -> Coalesce:
    counted = links.filter(skill=OuterRef("pk")).order_by().values("skill").annotate(number=Count("pk"))
    return Coalesce(Subquery(counted.values("number"), output_field=IntegerField()), 0)
