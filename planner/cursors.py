"""Places in an ordered list, as callers carry them from page to page.

A page goes on behind the last row of the one before, by that row's value and id, so that what is added or taken away
meanwhile neither repeats nor hides a row. Cursors are signed: nobody can have the database compare what is no value.
"""

import uuid
from dataclasses import dataclass
from typing import Any, Final

from django.core import signing
from django.db.models import Q

from microcred.errors import Invalid
from planner.enums import Order

_SALT: Final = "microcred task lists v1"


class CursorInvalid(Invalid):
    """The cursor is none of ours, or of a list in another order."""

    default_code = "CURSOR_400"


@dataclass(frozen=True, slots=True)
class Place:
    """Behind the row with this id and, in the column that the list is ordered by, this value as JSON has it."""

    value: Any
    task_id: uuid.UUID

    def behind(self, column: str, *, is_descending: bool) -> Q:
        """Return the filter for the rows behind it in a list by ``column`` and then by id."""
        side = "lt" if is_descending else "gt"
        beyond = Q(**{f"{column}__{side}": self.value}) | Q(**{f"pk__{side}": self.task_id})
        # By when tasks were made, the first term alone is a range of an index; without it a late page would read all
        # the earlier ones. By when they are due and by priority a person's tasks are all read and sorted.
        return Q(**{f"{column}__{side}e": self.value}) & beyond


def written(order: Order, place: Place) -> str:
    """Return the cursor for what is behind a place in a list of this order."""
    return signing.dumps([order.value, place.value, str(place.task_id)], salt=_SALT)


def read(order: Order, text: str) -> Place:
    """Return the place that a cursor stands for.

    Raises:
        CursorInvalid: if it was not given out for a list of this order.
    """
    try:
        said_order, value, task_id = signing.loads(text, salt=_SALT)
    except signing.BadSignature:
        raise CursorInvalid(
            "The cursor is not one that a list has given out.", details={"field": "cursor"}
        ) from None
    if said_order != order:
        raise CursorInvalid(
            "The cursor belongs to a list in another order.", details={"field": "cursor", "sort": said_order}
        )
    return Place(value, uuid.UUID(task_id))
