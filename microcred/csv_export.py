"""Tables for spreadsheets: no cell of them is taken for a formula, and the way back.

Source: OWASP, CSV injection, https://owasp.org/www-community/attacks/CSV_Injection.
"""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from typing import Final

# An apostrophe before such a sign makes it text; one that stood there already is told apart by a further one.
_TAKEN_FOR_FORMULA: Final = re.compile(r"'*[=+\-@\t\r\n]")
_MARKED: Final = re.compile(r"'+[=+\-@\t\r\n]")


def escape_formula(cell: str) -> str:
    """Return a cell so that spreadsheets show it and do not carry it out."""
    return f"'{cell}" if _TAKEN_FOR_FORMULA.match(cell) else cell


def unescape_formula(cell: str) -> str:
    """Return what `escape_formula` was given."""
    return cell[1:] if _MARKED.match(cell) else cell


def csv_lines(header: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterable[str]:
    """Yield a table line by line, as CSV in which nothing is a formula, with the mark by which Excel knows UTF-8."""
    yield "\ufeff" + _line(header)
    for row in rows:
        yield _line([escape_formula(cell) for cell in row])


def _line(cells: Sequence[str]) -> str:
    text = io.StringIO(newline="")
    csv.writer(text).writerow(cells)
    return text.getvalue()
