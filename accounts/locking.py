"""One change of a person's things at a time, and none once they are being erased."""

import uuid
from typing import Final

from accounts.enums import UserStatus
from accounts.models import ErasureRequest, User
from microcred.compiled_queries import CompiledQuery
from microcred.errors import Missing

_HELD: Final = CompiledQuery(
    lambda person: User.objects.select_for_update(no_key=True).filter(pk=person).order_by().only("status"),
    person=uuid.UUID,
)


class PersonGone(Missing):
    """There is nobody of this id, or their erasure has begun."""

    default_code = "USER_404"


def lock_person(person_id: uuid.UUID) -> None:
    """Let one transaction at a time change several things of a person; the next waits until this one ends.

    Two of them could otherwise wait for each other: over rows that they lock in different orders, and over names that
    the database has yet to see committed. Erasing a person shuts them out under the same lock, so that what was let in
    before writes nothing about whom erasure has passed.

    Raises:
        PersonGone: if there is nobody, or their erasure has begun.
    """
    if not lock_if_present(person_id):
        raise PersonGone("There is no such person any more.")


def lock_if_present(person_id: uuid.UUID) -> bool:
    """Hold a person as :func:`lock_person` does, and return whether anything may still be written about them."""
    person = _HELD.first(person=person_id)
    if person is None or person.status == UserStatus.ERASED:
        return False
    if person.is_active:
        return True
    # Erasing shuts out first; who was merely disabled stays as they are.
    begun = ErasureRequest.objects.filter(user=person_id, cancelled_at=None, started_at__isnull=False)
    return not begun.exists()
