"""The table of aims names tests that exist, and says of each aim what is reached."""

import re

from tests.authorization.matrix import FILE
from tests.test_asvs import TEST, functions_of
from tests.test_docs import ROOT

REPORT = ROOT / "docs/reports/goals.md"
AIMS = [
    *(f"R{number}" for number in range(1, 8)),
    *(f"W{number}" for number in range(1, 4)),
    *(f"A{number}" for number in range(1, 8)),
    *(f"L{number}" for number in range(1, 5)),
    "P1", "P2", "F1", "G1",
]  # fmt: skip


def rows() -> list[list[str]]:
    """Return id, aim, what is reached and what shows it."""
    found = (
        [cell.strip() for cell in line.split("|")[1:-1]] for line in REPORT.read_text("utf-8").splitlines()
    )
    return [row for row in found if row and re.fullmatch(r"[A-Z]\d", row[0])]


def test_every_aim_has_one_row() -> None:
    assert [row[0] for row in rows()] == AIMS
    assert {len(row) for row in rows()} == {4}


def test_every_test_that_is_named_exists() -> None:
    named = {found for row in rows() for found in TEST.findall(row[3])}

    assert len(named) > 25
    assert {one for one in named if one[1] not in functions_of(one[0])} == set()


def test_what_is_not_reached_or_not_measured_says_so() -> None:
    silent = [row[0] for row in rows() if not row[2] or (not row[3] and "not measurable" not in row[2])]

    assert silent == []


def test_the_matrix_has_as_many_rows_as_the_report_says() -> None:
    lines = FILE.read_text("utf-8").splitlines()
    written = sum(bool(line.strip()) and not line.startswith(("#", "group ")) for line in lines)
    (told,) = [row[2] for row in rows() if row[0] == "A2"]

    assert f"by design: {written} rows," in told
