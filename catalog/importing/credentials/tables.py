"""Lists of credentials as spreadsheets write them: CSV by comma, semicolon or tab."""

import csv
import io
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, Final

from catalog.importing.credentials import values
from catalog.importing.credentials.columns import COLUMNS, recognised
from catalog.importing.credentials.listed import (
    MOST_ENTRIES,
    CredentialFile,
    FileInvalid,
    InvalidValue,
    LeftOut,
    Listed,
    NamedSkill,
)
from catalog.importing.credentials.texts import one_line
from microcred.csv_export import unescape_formula

_SEPARATORS: Final = (",", ";", "\t")
_LONGEST_CELL: Final = 10_000_000
_MOST_COLUMNS: Final = 200
# What some write for Excel, which is found without it.
_SAID_SEPARATOR: Final = re.compile(r"\Asep=.\r?\n", re.IGNORECASE)
_TEXTS: Final[Mapping[str, Callable[[str], Any]]] = {
    "title": str,
    "provider": str,
    "description": str,
    "document": str,
    "level": values.level,
    "language": values.language,
    "uri": values.address,
    "active": values.yes,
}


def read_table(text: str) -> CredentialFile:
    """Read a table whose first row names its columns.

    Raises:
        FileInvalid: if no column is known, none says what credentials are called, or the table cannot be taken apart.
    """
    text = _SAID_SEPARATOR.sub("\n", text)
    header, separator = _header(text)
    if len(header) > _MOST_COLUMNS:
        raise FileInvalid(f"The file has more than {_MOST_COLUMNS} columns.")
    names = recognised(header)
    if "title" not in names and "key" not in names and "uri" not in names:
        raise FileInvalid(_unknown(header))
    entries: list[Listed | LeftOut] = []
    for line, cells in _rows(text, separator):
        if len(entries) == MOST_ENTRIES:
            raise FileInvalid(f"The file has more than {MOST_ENTRIES:,} rows.")
        entries.append(_entry(line, names, cells))
    unread = [one_line(cell) for cell, name in zip(header, names, strict=True) if not name and cell.strip()]
    notes = (f"Columns that are not read: {', '.join(cell[:40] for cell in unread[:20])}.",) if unread else ()
    return CredentialFile("a table", tuple(entries), notes)


def _header(text: str) -> tuple[list[str], str]:
    """Return the first row, by the separator that makes the most known columns of it."""
    best: tuple[int, int, list[str], str] = (-1, 0, [], ",")
    for separator in _SEPARATORS:
        try:
            _, cells = next(_parted(text, separator), (0, []))
        except FileInvalid:
            continue
        found = (sum(map(bool, recognised(cells[:_MOST_COLUMNS]))), len(cells), cells, separator)
        best = max(best, found, key=lambda one: one[:2])
    return best[2], best[3]


def _parted(text: str, separator: str) -> Iterator[tuple[int, list[str]]]:
    csv.field_size_limit(_LONGEST_CELL)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    began = 1
    try:
        for cells in reader:
            if any(map(str.strip, cells)):
                yield began, cells
            began = reader.line_num + 1
    except csv.Error:
        raise FileInvalid(
            f"The row that begins on line {began:,} cannot be read: is a quotation mark opened and never closed there?"
        ) from None


def _rows(text: str, separator: str) -> Iterator[tuple[int, list[str]]]:
    return islice(_parted(text, separator), 1, None)


def _unknown(header: Sequence[str]) -> str:
    has = ", ".join(one_line(cell)[:40] for cell in header[:12] if cell.strip()) or "nothing"
    return f"No column of the file says which credentials it lists. It has: {has}. Columns are: {', '.join(COLUMNS)}."


def _entry(line: int, names: Sequence[str], cells: Sequence[str]) -> Listed | LeftOut:
    place = f"line {line}"
    row = {
        name: unescape_formula(cell)
        for name, cell in zip(names, cells, strict=False)
        if name and cell.strip()
    }
    name = one_line(row.get("title") or row.get("key") or row.get("uri", ""))[:120]
    known = {"key": one_line(row.get("key", "")), "uri": one_line(row.get("uri", ""))}
    if any(map(str.strip, cells[len(names) :])):
        return LeftOut(
            place, name, f"it has {len(cells)} cells under {len(names)} columns; is a separator in a text not quoted?",
            **known,
        )  # fmt: skip
    try:
        return _listed(place, row)
    except InvalidValue as wrong:
        return LeftOut(place, name, str(wrong), **known)


def _listed(place: str, row: Mapping[str, str]) -> Listed:
    said: dict[str, Any] = {name: read(row[name]) for name, read in _TEXTS.items() if name in row}
    notes: list[str] = []
    if "hours" in row:
        said["hours"], note = values.hours(row["hours"])
        notes = [note] if note else []
    said = {name: value for name, value in said.items() if value not in (None, "")}
    return Listed(
        place=place,
        key=one_line(row.get("key", "")),
        said=said,
        skills=tuple(_once(values.skills(row.get("skills", "")))),
        roles=tuple(values.names(row.get("roles", ""))),
        prerequisites=tuple(values.names(row.get("prerequisites", ""))),
        notes=tuple(notes),
    )


def _once(found: Iterator[NamedSkill]) -> Iterator[NamedSkill]:
    yield from {one.name.casefold(): one for one in found}.values()


def decoded(data: bytes) -> str:
    """Return the text of a file, whatever its spreadsheet wrote it in. Raises FileInvalid."""
    is_wide = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ("utf-16",) if is_wide else ("utf-8-sig", "cp1252"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise FileInvalid("The file is no text. Save the list as CSV; a workbook (xlsx, ods) is not read.")
