"""Letters that do not go out."""

import datetime as dt
from collections.abc import Iterator
from typing import Final

from microcred.admin_dashboard import Alert, pluralize
from nudges.queries import waiting_letters

_LATE: Final = dt.timedelta(hours=12)


def signs(*, now: dt.datetime) -> Iterator[Alert]:
    """Yield how many letters have waited for longer than quiet hours last."""
    late = waiting_letters(before=now - _LATE).count()
    if late:
        said = pluralize(late, "letter has", "letters have")
        yield Alert(f"{said} waited for more than twelve hours. Is the mail server away?", is_fault=True)
