"""Results as they were written, kept in the process until something that they show has changed.

Triggers leave a mark in the database with every change of a row that a result is read from, whoever writes it
(migration 0015 lists the tables). The marks are read together with the assessment and before everything else, so that
what is kept under them is never older than they are. Who may see a result, and whether it is held back, is looked at
with every request.
"""

import datetime as dt
import uuid
from typing import Any, Final

from django.conf import settings
from django.db import connection
from django.db.models import Func, TextField

from assessments import queries as assessments
from microcred.api.conditional_requests import version_of
from microcred.api.rendered_responses import RenderedBody, render_body
from microcred.single_flight import SingleFlightCache
from ops.audit import Actor
from recommendations import queries
from recommendations.queries import Awaited
from recommendations.serializers import result_body

MOST: Final = 256
_kept: Final[SingleFlightCache[tuple[str, ...], RenderedBody]] = SingleFlightCache(MOST)


# Whether there is a result, and what of it stands in the assessment itself.
_READ: Final = (
    "role_id", "role__name", "status", "stage", "missing", "failure_reason", "expires_at", "completed_at",
    "released_at",
)  # fmt: skip
_MARKED: Final = assessments.visible_with(
    *_READ, marks=Func("pk", function="result_marks", output_field=TextField())
)


def cached_result(*, by: Actor, assessment_id: uuid.UUID, now: dt.datetime) -> RenderedBody | Awaited:
    """Return the result of an assessment as it goes over the wire, or what it still waits for.

    Raises like :func:`recommendations.queries.result_of`.
    """
    assessment = assessments.seen(_MARKED, by=by, assessment_id=assessment_id)
    awaited = queries.awaited_result(assessment, by=by, now=now)
    if awaited is not None:
        return awaited

    def write() -> RenderedBody:
        body = result_body(queries.completed_result(assessment))
        return render_body(body, version=version_of(body))

    # What this transaction itself changes has no further mark until it ends.
    return write() if connection.in_atomic_block else _kept.get(_key(assessment), write)


def _key(assessment: Any) -> tuple[str, ...]:
    """What a result depends on: its marks, and the settings that it is written by."""
    marks, database = vars(assessment)["marks"], connection.settings_dict["NAME"]
    settled = settings.APPEAL_DAYS, settings.APPEALS_PER_CRITERION
    return tuple(map(str, (database, assessment.pk, marks, *settled)))
