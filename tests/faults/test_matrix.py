"""Every row of the fault matrix names tests that are there, and the report shows the matrix as it is."""

import ast
from pathlib import Path

import pytest
from django.conf import settings

from tests.faults.matrix import MATRIX, as_table

ROOT = Path(settings.BASE_DIR)


@pytest.mark.parametrize("test", sorted({test for tests in MATRIX.values() for test in tests}))
def test_what_a_row_names_is_there(test: str) -> None:
    path, _, name = test.partition("::")
    tree = ast.parse((ROOT / path).read_text())

    assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def test_the_report_shows_the_matrix() -> None:
    assert as_table() in (ROOT / "docs" / "reports" / "chaos.md").read_text()
