"""The tables of a release: a folder, a zip file or a single file, read row by row and within limits."""

import codecs
import csv
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import zip_longest
from pathlib import Path
from typing import BinaryIO, Final

from catalog.importing.archive import ArchiveInvalid, Limits, MemberUnreadable, Package
from catalog.importing.frameworks.framework import FrameworkInvalid

MOST_BYTES: Final = 60_000_000
MOST_ROWS: Final = 1_000_000
LIMITS: Final = Limits(member_bytes=80_000_000, bytes=250_000_000)
_PIECE: Final = 256 * 1024
_DELIMITERS: Final = "\t,;"
_MOST_IN_A_LINE: Final = 1_000_000
_LONGEST_CELL: Final = 131_072
_SHOWN: Final = 120
Row = Mapping[str, str]


class Tables:
    """Files by their names without folders; the file is closed by whoever opened it."""

    def __init__(self, pieces: Mapping[str, "Opener"], label: str) -> None:
        self._pieces = pieces
        self.label = label

    def names(self) -> Sequence[str]:
        """Return the names, sorted."""
        return sorted(self._pieces)

    def columns(self, name: str) -> list[str]:
        """Return the names of a table's columns."""
        return _heading(name, self._lines(name))[0]

    def rows(self, name: str, needed: Sequence[str]) -> Iterator[Row]:
        """Yield the rows of a table by the names of its columns, cells without control characters.

        Raises:
            FrameworkInvalid: naming the table and the column that it lacks, or the line that cannot be read.
        """
        lines = self._lines(name)
        columns, delimiter = _heading(name, lines)
        missing = [column for column in needed if column not in columns]
        if missing:
            raise FrameworkInvalid(_lacks(name, missing, columns))
        number = 1
        try:
            for number, cells in enumerate(_cells(lines, delimiter), start=2):
                if number > MOST_ROWS:
                    raise FrameworkInvalid(f"{name} has more than {MOST_ROWS:,} rows.")
                if cells:
                    yield dict(zip_longest(columns, map(clean, cells[: len(columns)]), fillvalue=""))
        except csv.Error as error:
            raise FrameworkInvalid(f"{name} cannot be read after row {number}: {error}.") from error

    def _lines(self, name: str) -> Iterator[str]:
        if name not in self._pieces:
            raise FrameworkInvalid(f"{self.label} holds no file {name}.")
        try:
            yield from _split(codecs.iterdecode(self._pieces[name](), "utf-8-sig"), name)
        except UnicodeDecodeError as error:
            raise FrameworkInvalid(f"{name} is not in UTF-8: choose the file as it was published.") from error
        except MemberUnreadable as error:
            raise FrameworkInvalid(f"{name}: {error}") from error
        except (ArchiveInvalid, OSError) as error:
            raise FrameworkInvalid(str(error)) from error


class Opener:
    """Begins to read one table; each call reads it from its start."""

    def __init__(self, path: Path | None = None, file: BinaryIO | None = None) -> None:
        self._path, self._file = path, file

    def __call__(self) -> Iterator[bytes]:
        """Yield what the file holds, piece by piece."""
        if self._path is not None:
            with self._path.open("rb") as file:
                yield from _all(file)
        elif self._file is not None:
            self._file.seek(0)
            yield from _all(self._file)


class _Packed(Opener):
    def __init__(self, package: Package, member: str) -> None:
        super().__init__()
        self._package, self._member = package, member

    def __call__(self) -> Iterator[bytes]:
        return self._package.pieces(self._member)


def _all(file: BinaryIO) -> Iterator[bytes]:
    while piece := file.read(_PIECE):
        yield piece


def of_folder(folder: Path) -> Tables:
    """Return the tables of a folder and of the folders in it."""
    files = [path for path in sorted(folder.glob("*")) + sorted(folder.glob("*/*")) if path.is_file()]
    return Tables({path.name: Opener(path=path) for path in reversed(files)}, folder.name)


def of_file(file: BinaryIO, name: str) -> Tables:
    """Return the tables of a zip file, or the one table that the file is.

    Raises:
        FrameworkInvalid: when it is too large, empty, or a zip file that cannot be read.
    """
    file.seek(0, 2)
    size = file.tell()
    if size > MOST_BYTES:
        raise FrameworkInvalid(f"The file is larger than {MOST_BYTES // 1_000_000} MB.")
    file.seek(0)
    if file.read(2) != b"PK":
        return Tables({name: Opener(file=file)}, name)
    try:
        package = Package(file, LIMITS)
    except ArchiveInvalid as error:
        raise FrameworkInvalid(str(error)) from error
    members = {member.rpartition("/")[2]: _Packed(package, member) for member in package.names()}
    return Tables(members, name)


def clean(cell: str) -> str:
    """Return a cell without control characters and outer white space; its lines stay apart."""
    if cell.isprintable():
        return cell.strip()
    lines = ("".join(filter(_is_kept, line)) for line in cell.replace("\r", "\n").split("\n"))
    return "\n".join(filter(None, (" ".join(line.split()) for line in lines)))


def _is_kept(sign: str) -> bool:
    return sign == "\t" or unicodedata.category(sign) not in ("Cc", "Cf", "Cs")


def _split(texts: Iterable[str], name: str) -> Iterator[str]:
    rest = ""
    for text in texts:
        *whole, rest = (rest + text).split("\n")
        yield from (f"{line}\n" for line in whole)
        if len(rest) > _MOST_IN_A_LINE:
            raise FrameworkInvalid(
                f"{name} is no table: a line in it is longer than {_MOST_IN_A_LINE:,} characters."
            )
    if rest:
        yield rest


def _heading(name: str, lines: Iterator[str]) -> tuple[list[str], str]:
    first = next(lines, "")
    if not first.strip():
        raise FrameworkInvalid(f"{name} is empty.")
    delimiter = max(_DELIMITERS, key=first.count)
    cells = next(_cells(iter([first]), delimiter), [])
    return [clean(cell) for cell in cells], delimiter


def _cells(lines: Iterator[str], delimiter: str) -> Iterator[list[str]]:
    """O*NET writes tabs and quotes nothing; a quotation mark in it is one."""
    # Readers of other tables change this for the whole process.
    csv.field_size_limit(_LONGEST_CELL)
    if delimiter == "\t":
        return csv.reader(lines, delimiter=delimiter, quoting=csv.QUOTE_NONE)
    return csv.reader(lines, delimiter=delimiter)


def _lacks(name: str, missing: Sequence[str], columns: Sequence[str]) -> str:
    lacking = ", ".join(missing)
    found = ", ".join(columns)[:_SHOWN]
    return f"{name} has no column {lacking}; its first line reads: {found}"
