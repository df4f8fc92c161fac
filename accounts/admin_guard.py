"""That somebody administers at any time."""

import uuid

from accounts.enums import Role, UserStatus
from accounts.models import ErasureRequest, User
from microcred.errors import Conflict


class LastAdmin(Conflict):
    """Nobody could look after the rest."""

    default_code = "ADMIN_409"


def is_last_admin(person_id: uuid.UUID) -> bool:
    """Whether this person alone is an active admin and stays one; who is to be erased does not stay.

    For a caller's transaction, which holds all active admins from then on, so that two of them cannot go at once; what
    only refers to them goes on. Asked before the person is locked: everybody takes the admins in the same order.
    """
    active = User.objects.filter(role=Role.ADMIN, status=UserStatus.ACTIVE).order_by("pk")
    admins = set(active.select_for_update(no_key=True).values_list("pk", flat=True))
    if person_id not in admins:
        return False
    leaving = ErasureRequest.objects.filter(user__in=admins, cancelled_at=None).order_by()
    return admins - set(leaving.values_list("user", flat=True)) <= {person_id}


def check_stays_administered(person_id: uuid.UUID, *, role: str, status: str) -> None:
    """Refuse a role or a status by which the last admin would be none any more; for a caller's transaction.

    Raises:
        LastAdmin: if it would.
    """
    stays = role == Role.ADMIN and status == UserStatus.ACTIVE
    if not stays and is_last_admin(person_id):
        raise LastAdmin("Nobody else who stays is an active admin. Make somebody else an admin first.")
