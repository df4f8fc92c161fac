"""Telling of results that programs read."""

import uuid

from django.db import transaction

from recommendations.events import result_read


@transaction.atomic
def tell_of_reading(*, assessment_id: uuid.UUID, service_key_id: uuid.UUID, program: str) -> None:
    """Announce that a program, by the id and name of its key, is about to be answered with a result.

    Whatever goes wrong with keeping that goes to the caller: what leaves no trace is not handed out.
    """
    result_read.send(sender=None, assessment_id=assessment_id, service_key_id=service_key_id, program=program)
