"""Rows of a file: CSV or TSV with a header, also gzipped."""

import csv
import gzip
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

_LONGEST_FIELD: Final = 100_000_000
_GZIP: Final = b"\x1f\x8b"


class TableError(ValueError):
    """The file cannot be used; the message names the file, the line and what is wrong."""


def rows(path: Path, *, columns: Sequence[str], optional: Sequence[str] = ()) -> Iterator[dict[str, str]]:
    """Yield each row's columns by name, what is ``optional`` and missing as empty text.

    The delimiter is a tab where the header has one. The file is read as UTF-8, with or without a byte-order mark.
    """
    lines = _text(path).splitlines(keepends=True)
    csv.field_size_limit(min(sys.maxsize, _LONGEST_FIELD))
    reader = csv.DictReader(lines, delimiter="\t" if lines and "\t" in lines[0] else ",")
    header = list(reader.fieldnames or [])
    missing = [name for name in columns if name not in header]
    if missing:
        have = ", ".join(header) or "none"
        raise TableError(f"{path}: no column {', '.join(missing)}. Its columns: {have}.")
    try:
        for row in reader:
            empty = [name for name in columns if row[name] is None]
            if empty:
                raise TableError(f"{path}, line {reader.line_num}: nothing for {', '.join(empty)}.")
            yield {name: row.get(name) or "" for name in (*columns, *optional)}
    except csv.Error as error:
        raise TableError(f"{path}, line {reader.line_num}: {error}.") from error


def _text(path: Path) -> str:
    try:
        content = path.read_bytes()
        if content.startswith(_GZIP):
            content = gzip.decompress(content)
        return content.decode("utf-8-sig")
    except (OSError, EOFError, UnicodeDecodeError) as error:
        raise TableError(f"{path} cannot be read: {error}") from error
