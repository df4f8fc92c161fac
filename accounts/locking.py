"""One change of a person's things at a time."""

import uuid

from accounts.models import User


def one_at_a_time(person_id: uuid.UUID) -> None:
    """Let one transaction at a time change several things of a person; the next waits until this one ends.

    Two of them could otherwise wait for each other: over rows that they lock in different orders, and over names that
    the database has yet to see committed.
    """
    User.objects.select_for_update(no_key=True).filter(pk=person_id).values_list("pk").first()
