"""Everything about a person, table by table, as the lists of all apps say."""

import json
import uuid
import zipfile
from collections.abc import Callable, Iterator
from functools import reduce
from operator import or_
from typing import IO, Any, Final

from django.apps import apps
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Q, QuerySet

from microcred.privacy import EXPORTED, Table, tables

README: Final = """This is everything that MicroCred holds about you.

Each file holds the rows of one table; about.json says what each field is, and what the table is for.
What only staff may read, such as the key of a question, and who other people are, is not in it.
Hashes and figures that say nothing about you are left out as well.
"""


def personal_tables() -> list[Table]:
    """The tables that a copy holds."""
    return [one for one in tables() if one.people]


def rows_of(table: Table, person_id: uuid.UUID) -> QuerySet[Any]:
    """The rows of a table that are about a person."""
    model = apps.get_model(table.model)
    about = reduce(or_, (Q(**{path: person_id}) for path in table.people))
    # Paths may lead over rows of many; a row is in the copy once.
    rows: QuerySet[Any] = model._base_manager.filter(pk__in=model._base_manager.filter(about).values("pk"))
    return rows.order_by("pk")


def exported_fields(table: Table) -> list[str]:
    """The fields of a table that a copy holds."""
    return table.of(*EXPORTED)


def write_copy(person_id: uuid.UUID, file: IO[bytes], *, progress: Callable[[int], None]) -> None:
    """Write a zip file of JSON; ``progress`` hears after each table how many are done."""
    chosen = personal_tables()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("README.txt", README)
        archive.writestr("about.json", _json({one.model: _about(one) for one in chosen}))
        for done, one in enumerate(chosen, start=1):
            with archive.open(f"{one.model}.json", "w") as entry:
                for piece in _pieces(rows_of(one, person_id).values(*exported_fields(one))):
                    entry.write(piece)
            progress(done)


def _pieces(rows: QuerySet[Any]) -> Iterator[bytes]:
    """The rows as a JSON list, a few at a time: there may be more than fit into memory."""
    yield b"["
    for number, row in enumerate(rows.iterator(chunk_size=500)):
        yield (b",\n" if number else b"\n") + _json(row)
    yield b"\n]\n"


def _about(table: Table) -> dict[str, Any]:
    fields = {name: table.fields[name].value for name in exported_fields(table)}
    return {"purpose": table.purpose.value, "kept": table.stays, "fields": fields}


def _json(value: Any) -> bytes:
    return json.dumps(value, cls=DjangoJSONEncoder, ensure_ascii=False, indent=1).encode()
