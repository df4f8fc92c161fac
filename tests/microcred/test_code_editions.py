"""An edition changes with any file of the code, and with nothing else."""

from collections.abc import Callable
from pathlib import Path

import pytest

from microcred.code_editions import edition


@pytest.fixture
def package(tmp_path: Path) -> Path:
    folder = tmp_path / "engine"
    (folder / "part").mkdir(parents=True)
    (folder / "one.py").write_text("A = 1\n")
    (folder / "part" / "words.json").write_text("{}")
    (folder / "notes.txt").write_text("nothing")
    return folder


def test_an_edition_is_the_same_for_the_same_code(package: Path) -> None:
    assert edition([package]) == edition([package])
    assert len(edition([package])) == 12


@pytest.mark.parametrize(
    ("change", "changes"),
    [
        (lambda folder: (folder / "one.py").write_text("A = 2\n"), True),
        (lambda folder: (folder / "one.py").rename(folder / "two.py"), True),
        (lambda folder: (folder / "part" / "words.json").write_text("[]"), True),
        (lambda folder: (folder / "part" / "new.py").write_text(""), True),
        (lambda folder: (folder / "notes.txt").write_text("something"), False),
    ],
    ids=["a line", "a name", "data", "a new file", "anything else"],
)
def test_it_changes_with_the_code(package: Path, change: Callable[[Path], object], changes: bool) -> None:
    before = edition([package])

    change(package)

    assert (edition([package]) != before) is changes


def test_single_files_count_alone(package: Path) -> None:
    before = edition([package / "one.py"])

    (package / "part" / "words.json").write_text("[]")

    assert edition([package / "one.py"]) == before
