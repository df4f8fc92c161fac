"""Reading people."""

from collections.abc import Collection, Mapping
from typing import Final

from django.db.models import QuerySet

from accounts.enums import Role, UserStatus
from accounts.models import User
from microcred.pipelining import Statement

# What str() of a person says. One array, since a statement takes no more than 65,535 single values.
_NAMES: Final = Statement(
    "SELECT id::text, coalesce(nullif(name, ''), email) FROM users WHERE id = ANY(%(ids)s::uuid[])"
)


def advisors_told_by_letter() -> QuerySet[User]:
    """Return the active advisors who have not stopped the letters that tell them what waits."""
    return User.objects.filter(role=Role.ADVISOR, status=UserStatus.ACTIVE, told_by_letter=True).order_by(
        "pk"
    )


def names_of(ids: Collection[str]) -> Mapping[str, str]:
    """Return what these people are called, by id as text: their names, or the addresses of those who have none."""
    return dict(_NAMES.rows(ids=list(ids)))
