"""A table of people as spreadsheets write one: CSV in UTF-8, with or without a mark, by comma or semicolon."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from microcred.errors import Invalid
from microcred.tables import Table, TableError, table_of

MOST_BYTES: Final = 2 * 1024 * 1024
MOST_ROWS: Final = 5000
EMAIL: Final = "email"
COLUMNS: Final = (EMAIL, "name", "first_name", "last_name", "role", "advisor_email", "guardian_email")


class FileRefused(Invalid):
    """The file cannot be read as a table of people; nothing of it is used."""

    default_code = "PEOPLE_FILE_400"


@dataclass(frozen=True, slots=True)
class Row:
    """What a line says of one person; addresses are in lower case, what it does not say is empty."""

    line: int
    email: str
    name: str = ""
    role: str = ""
    advisor: str = ""
    guardian: str = ""


def read(data: bytes) -> list[Row]:
    """Return the rows of a file.

    Raises:
        FileRefused: if it is too large, not UTF-8, or its columns are not those of `COLUMNS`.
    """
    if len(data) > MOST_BYTES:
        raise FileRefused(f"The file is larger than {MOST_BYTES // 1024 // 1024} MB.")
    try:
        text = data.decode("utf-8-sig")
        table = table_of(text, named="The file")
    except UnicodeDecodeError:
        raise FileRefused("The file is not UTF-8. Save it as “CSV UTF-8”.") from None
    except TableError as error:
        raise FileRefused(str(error)) from None
    if "\0" in text:
        raise FileRefused("The file holds NUL characters. Save it as “CSV UTF-8”.")
    _check(table)
    return [_row(line, dict(zip(_named(table), cells, strict=False))) for line, cells in table.rows]


def _check(table: Table) -> None:
    columns = _named(table)
    unknown = [name for name in columns if name not in COLUMNS]
    if EMAIL not in columns:
        raise FileRefused(f"There is no column {EMAIL}. Columns are: {', '.join(COLUMNS)}.")
    if unknown:
        named = ", ".join(name or "one without a name" for name in unknown)
        raise FileRefused(f"Columns that are not known: {named}. Columns are: {', '.join(COLUMNS)}.")
    if len(set(columns)) < len(columns):
        raise FileRefused("Two columns have the same name.")
    if len(table.rows) > MOST_ROWS:
        raise FileRefused(f"The file has more than {MOST_ROWS:,} rows.")


def _named(table: Table) -> Sequence[str]:
    return [name.lower() for name in table.header]


def _row(line: int, cells: dict[str, str]) -> Row:
    said = {name: " ".join(cell.split()) for name, cell in cells.items()}
    parts = (said.get("first_name", ""), said.get("last_name", ""))
    return Row(
        line=line,
        email=said[EMAIL].lower() if EMAIL in said else "",
        name=said.get("name") or " ".join(filter(None, parts)),
        role=said.get("role", "").lower(),
        advisor=said.get("advisor_email", "").lower(),
        guardian=said.get("guardian_email", "").lower(),
    )
