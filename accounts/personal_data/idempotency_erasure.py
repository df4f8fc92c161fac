"""What answers that are kept for requests sent twice, to others, show of a person who is erased."""

import uuid

from accounts.personal_data.export_archive import personal_tables, rows_of
from ops import stored_answers


def empty(person_id: uuid.UUID) -> dict[str, int]:
    """Empty the answers to others that name the person or a row about them; call it while these rows are there."""
    theirs = {person_id}
    for table in personal_tables():
        theirs.update(rows_of(table, person_id).values_list("pk", flat=True))
    return {"idempotency_records": stored_answers.empty(naming=theirs)}
