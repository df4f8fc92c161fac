"""Answers that are kept for requests sent twice: what they name, and emptying them before their day is over."""

import re
import uuid
from collections.abc import Collection
from typing import Any, Final

from ops.enums import IdempotencyState
from ops.idempotency import AnswerLost, unsealed
from ops.models import IdempotencyRecord

_ID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_AT_ONCE: Final = 500


def empty(*, naming: Collection[Any]) -> int:
    """Empty the answers that name one of these ids, in their address or their text; return how many.

    Their requests stay known: sent again, they are told that there was an answer, and nothing is done twice.
    """
    ids = {str(one) for one in naming}
    kept = IdempotencyRecord.objects.filter(state=IdempotencyState.COMPLETED).exclude(response_body=b"")
    found: list[uuid.UUID] = [
        record.pk
        for record in kept.order_by("pk").iterator(chunk_size=_AT_ONCE)
        if not ids.isdisjoint(_named(record))
    ]
    return IdempotencyRecord.objects.filter(pk__in=found).update(response_body=b"", response_headers={})


def _named(record: IdempotencyRecord) -> set[str]:
    try:
        text = unsealed(record).decode(errors="replace")
    except AnswerLost:
        text = ""
    return {found.lower() for found in _ID.findall(f"{record.route} {text}")}
