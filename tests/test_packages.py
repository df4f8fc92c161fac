"""The list of packages says what is installed, to the version, and nothing else."""

import runpy
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.test_docs import ROOT

SCRIPT = ROOT / "scripts/pin_packages.py"


def listed() -> dict[str, str]:
    """Return the version of each package in constraints.txt."""
    lines = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    wanted = [Requirement(line) for line in lines if not line.startswith("#")]
    return {one.name: str(one.specifier).removeprefix("==") for one in wanted}


def test_the_list_names_all_that_is_installed() -> None:
    assert listed() == runpy.run_path(str(SCRIPT))["installed"]()


def test_it_agrees_with_what_is_required_by_name() -> None:
    asked = {
        canonicalize_name(one.name): str(one.specifier) for one in runpy.run_path(str(SCRIPT))["direct"]()
    }

    assert len(asked) > 30
    assert {name: f"=={listed()[name]}" for name in asked} == asked


@pytest.mark.parametrize(("line", "code"), [("", 0), ("another==1.0\n", 1)])
def test_the_check_fails_for_another_list(tmp_path: Path, line: str, code: int) -> None:
    (tmp_path / "scripts").mkdir()
    for name in ("requirements.txt", "constraints.txt", "scripts/pin_packages.py"):
        shutil.copy(ROOT / name, tmp_path / name)
    with (tmp_path / "constraints.txt").open("a") as listing:
        listing.write(line)

    done = subprocess.run([sys.executable, tmp_path / "scripts/pin_packages.py", "--check"], check=False)

    assert done.returncode == code
