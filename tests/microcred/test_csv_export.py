"""Tables that spreadsheets show and do not carry out."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from microcred.csv_export import csv_lines, escape_formula, unescape_formula


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        ("=1+1", "'=1+1"),
        ("+4", "'+4"),
        ("-5", "'-5"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("\r=1", "'\r=1"),
        ("'=1", "''=1"),
        ("it's", "it's"),
        ("'tis", "'tis"),
        ("a=1", "a=1"),
        ("", ""),
    ],
)
def test_no_cell_is_a_formula(cell: str, written: str) -> None:
    assert escape_formula(cell) == written
    assert unescape_formula(written) == cell


@given(st.text(alphabet="'=+-@\t\r\n a"))
def test_what_was_written_is_read_back(cell: str) -> None:
    assert unescape_formula(escape_formula(cell)) == cell


def test_a_table_has_the_mark_by_which_excel_knows_utf_8_once() -> None:
    lines = list(csv_lines(["a", "b"], [["=x", "1,5"], ["ü", 'say "no"\nnow']]))

    assert lines[0] == "\ufeffa,b\r\n"
    table = "".join(lines).removeprefix("\ufeff")
    assert list(csv.reader(io.StringIO(table, newline=""))) == [
        ["a", "b"],
        ["'=x", "1,5"],
        ["ü", 'say "no"\nnow'],
    ]
