"""A table of text from a file as people's programs write them: encodings, separators, quotation marks.

What cannot be read without guessing is refused with the line, because a text that has swallowed
its neighbours would be scored as if a student had written it.
"""

import csv
import gzip
import io
import sys
import zlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_LONGEST_CELL: Final = 10_000_000
_WIDE: Final = ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_SEPARATORS: Final = ("\t", ",", ";")


class TableError(ValueError):
    """The file cannot be used; the message names the file, the row and what is wrong."""


@dataclass(frozen=True, slots=True)
class Table:
    """The header, and each row of at most as many cells with the line it ends on."""

    header: tuple[str, ...]
    rows: Sequence[tuple[int, Sequence[str]]]


def renamed(given: str, *, known: Collection[str]) -> dict[str, str]:
    """Read ``NAME=COLUMN,NAME=COLUMN``, what files call some of the ``known`` columns. Raises `TableError`."""
    columns = {}
    for part in filter(None, (part.strip() for part in given.split(","))):
        name, equals, column = (piece.strip() for piece in part.partition("="))
        if not (name and equals and column):
            raise TableError(f"{part!r} is not NAME=COLUMN.")
        if name not in known:
            raise TableError(f"{name} is none of the columns that are read: {', '.join(sorted(known))}.")
        columns[name] = column
    return columns


def rows(
    path: Path,
    *,
    columns: Sequence[str],
    optional: Sequence[str] = (),
    ids: Sequence[str] = (),
    by_name: Mapping[str, str] | None = None,
    option: str = "--map",
) -> Iterator[dict[str, str]]:
    """Yield each row's columns by name, what is ``optional`` and missing as empty text.

    Those that are ``ids`` are never blank, and without the spaces around them. ``by_name`` says what a column is called
    in the file, where it is not called by its own name, and ``option`` where whoever calls a command says that.
    Raises `TableError`.
    """
    table = read_table(path)
    called = {
        name: other if (other := (by_name or {}).get(name)) in table.header and other else name
        for name in (*columns, *optional)
    }
    missing = [name for name in columns if called[name] not in table.header]
    if missing:
        have = ", ".join(table.header) or "none"
        raise TableError(f"{path}: no column {', '.join(missing)}. Its columns: {have}. See {option}.")
    places = {name: table.header.index(own) for name, own in called.items() if own in table.header}
    for line, cells in table.rows:
        empty = [
            name
            for name in columns
            if places[name] >= len(cells) or (name in ids and not cells[places[name]].strip())
        ]
        if empty:
            raise TableError(f"{path}, line {line}: nothing for {', '.join(empty)}.")
        row = {name: cells[at] for name, at in places.items() if at < len(cells)}
        yield {name: row.get(name, "").strip() if name in ids else row.get(name, "") for name in called}


def read_table(path: Path) -> Table:
    """The table in `path`, which may be gzipped. Raises `TableError`."""
    return table_of(_decoded(path), named=str(path))


def table_of(text: str, *, named: str) -> Table:
    """The table that a text is; ``named`` is what its errors call it. Raises `TableError`."""
    first = text.lstrip("\r\n").split("\n", 1)[0]
    separator = next((mark for mark in _SEPARATORS if mark in first), ",")
    csv.field_size_limit(min(sys.maxsize, _LONGEST_CELL))
    try:
        quoted = _rows(text, separator, quoted=True)
        plain = _rows(text, separator, quoted=False) if separator == "\t" else []
    except csv.Error as error:
        raise TableError(f"{named}: {error}.") from error
    if not quoted:
        return Table((), [])
    # A mark that opens a text and is never closed joins it with the rows after it. Where every line
    # by itself has a cell for each column, the lines are the rows and such marks are only marks.
    if len(plain) > len(quoted) and len({len(cells) for _, cells in plain}) == 1:
        quoted = [(line, [_unquoted(cell) for cell in cells]) for line, cells in plain]
    (_, header), *rows = quoted
    names = tuple(name.strip() for name in header)
    return Table(names, [(line, _fitting(named, line, cells, len(names))) for line, cells in rows])


def _rows(text: str, separator: str, *, quoted: bool) -> list[tuple[int, list[str]]]:
    lines = io.StringIO(text, newline="")
    reader = (
        csv.reader(lines, delimiter=separator)
        if quoted
        else csv.reader(lines, delimiter=separator, quoting=csv.QUOTE_NONE)
    )
    return [(reader.line_num, cells) for cells in reader if any(cell.strip() for cell in cells)]


def _fitting(named: str, line: int, cells: Sequence[str], width: int) -> Sequence[str]:
    """The cells, without blank ones that stand after the last column."""
    if any(cell.strip() for cell in cells[width:]):
        raise TableError(
            f"{named}, line {line}: {len(cells)} cells under {width} columns; is a separator or a "
            "quotation mark inside a text not quoted?"
        )
    return cells[:width]


def _unquoted(cell: str) -> str:
    if len(cell) > 1 and cell.startswith('"') and cell.endswith('"'):
        return cell[1:-1].replace('""', '"')
    return cell


def _decoded(path: Path) -> str:
    """UTF-16 by its mark; else UTF-8, and Windows-1252 for each line that is not."""
    try:
        data = path.read_bytes()
        if data[:2] == b"\x1f\x8b":
            data = gzip.decompress(data)
        for mark, encoding in _WIDE:
            if data.startswith(mark):
                return data.decode(encoding)
    except (OSError, EOFError, gzip.BadGzipFile, zlib.error, UnicodeDecodeError) as error:
        raise TableError(f"{path} cannot be read: {error}.") from error
    lines = data.removeprefix(b"\xef\xbb\xbf").split(b"\n")
    return "\n".join(map(_line, lines)).replace("\0", "")


def _line(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")
