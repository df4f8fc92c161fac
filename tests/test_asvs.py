"""The report against OWASP ASVS says of every requirement what holds it, and names nothing that is not there."""

import ast
import re
from collections import Counter
from collections.abc import Callable
from functools import cache

import pytest

from accounts.passwords import WORDS
from tests.test_docs import ROOT

# Of each section: how many requirements have level 1, and how many level 1 or 2. Those of level 3 stand behind them.
SECTIONS = {
    "1.1": (0, 2), "1.2": (5, 9), "1.3": (2, 11), "1.4": (0, 3), "1.5": (1, 2),
    "2.1": (1, 3), "2.2": (2, 3), "2.3": (1, 4), "2.4": (0, 1),
    "3.2": (2, 2), "3.3": (1, 4), "3.4": (2, 6), "3.5": (3, 5), "3.7": (0, 2),
    "4.1": (1, 3), "4.2": (0, 1), "4.3": (0, 2), "4.4": (1, 4),
    "5.1": (0, 1), "5.2": (2, 3), "5.3": (2, 2), "5.4": (0, 3),
    "6.1": (1, 3), "6.2": (8, 12), "6.3": (2, 4), "6.4": (2, 4), "6.5": (0, 5), "6.6": (0, 3), "6.8": (0, 4),
    "7.1": (0, 3), "7.2": (4, 4), "7.3": (0, 2), "7.4": (2, 5), "7.5": (0, 2), "7.6": (0, 2),
    "8.1": (1, 2), "8.2": (2, 3), "8.3": (1, 1), "8.4": (0, 1),
    "9.1": (3, 3), "9.2": (1, 4),
    "10.1": (0, 2), "10.2": (0, 2), "10.3": (0, 4), "10.4": (5, 11), "10.5": (0, 5), "10.6": (0, 2), "10.7": (0, 3),
    "11.1": (0, 2), "11.2": (0, 3), "11.3": (2, 3), "11.4": (1, 4), "11.5": (0, 1), "11.6": (0, 1),
    "12.1": (1, 3), "12.2": (2, 2), "12.3": (0, 4),
    "13.1": (0, 1), "13.2": (0, 5), "13.3": (0, 2), "13.4": (1, 5),
    "14.1": (0, 2), "14.2": (1, 4), "14.3": (1, 3),
    "15.1": (1, 3), "15.2": (1, 3), "15.3": (1, 7),
    "16.1": (0, 1), "16.2": (0, 5), "16.3": (0, 4), "16.4": (0, 3), "16.5": (0, 3),
    "17.1": (0, 1), "17.2": (0, 4), "17.3": (0, 2),
}  # fmt: skip
REQUIREMENTS = [
    (f"{section}.{number}", "1" if number <= first else "2")
    for section, (first, both) in SECTIONS.items()
    for number in range(1, both + 1)
]
STATES = ("test", "held", "not applicable", "not held")
REPORT = ROOT / "docs/reports/asvs.md"
GUIDE = ROOT / "docs/guides/security.md"
NAMED = re.compile(r"`([^`\s]+)`")
TEST = re.compile(r"(tests/[\w/]+\.py)::(test_\w+)")
# What looks like a file: it stands in a folder, or begins or ends as one does.
FILE = re.compile(r"[\w./-]+/[\w./-]+\.\w+|\.\w[\w.]*|[\w-]+\.(?:toml|txt|md)")

# When the evidence of a state says too little.
BARE: dict[str, Callable[[str], bool]] = {
    "test": lambda evidence: not TEST.search(evidence),
    "held": lambda evidence: not any(FILE.fullmatch(name) for name in NAMED.findall(evidence)),
    "not applicable": lambda evidence: len(evidence) < 30,
    "not held": lambda evidence: len(evidence) < 30,
}


def rows() -> list[list[str]]:
    """Return id, level, subject, state and evidence of each line of the tables."""
    found = (line.strip("|").split(" | ") for line in REPORT.read_text("utf-8").splitlines())
    return [[cell.strip() for cell in row] for row in found if re.fullmatch(r" ?\d+\.\d+\.\d+", row[0])]


@cache
def functions_of(path: str) -> frozenset[str]:
    tree = ast.parse((ROOT / path).read_text("utf-8"))
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def test_there_are_as_many_requirements_as_the_standard_has() -> None:
    assert (len(REQUIREMENTS), sum(level == "1" for _, level in REQUIREMENTS)) == (253, 70)


def test_every_requirement_has_one_line_with_its_level() -> None:
    assert [tuple(row[:2]) for row in rows()] == REQUIREMENTS


def test_every_line_has_one_state_and_says_by_what() -> None:
    wrong = [row for row in rows() if len(row) != 5 or row[3] not in STATES or len(row[4]) < 12]

    assert wrong == []


@pytest.mark.parametrize("state", STATES)
def test_every_state_is_borne_out(state: str) -> None:
    lines = {row[0]: row[4] for row in rows() if row[3] == state}
    bare = BARE[state]

    assert {number for number, evidence in lines.items() if bare(evidence)} == set()
    assert lines


def test_every_test_that_is_named_exists() -> None:
    named = [match for row in rows() for match in TEST.findall(row[4])]

    missing = {
        f"{path}::{name}"
        for path, name in named
        if not (ROOT / path).is_file() or name not in functions_of(path)
    }

    assert missing == set()
    assert len(named) > 150


def test_every_file_that_is_named_exists() -> None:
    named = {name for row in rows() for name in NAMED.findall(row[4]) if FILE.fullmatch(name)}

    assert {name for name in named if not (ROOT / name).is_file()} == set()
    assert named


def test_the_table_of_goals_says_how_many_are_held() -> None:
    states = Counter(row[3] for row in rows())
    held, missing = states["test"] + states["held"], states["not held"]

    said = f"ASVS: {held} of {held + missing} that apply held, {missing} not, [asvs.md](asvs.md)"
    assert said in (ROOT / "docs/reports/goals.md").read_text("utf-8")


def test_the_sums_at_the_top_are_those_of_the_lines() -> None:
    counted = Counter((row[0].partition(".")[0], row[3]) for row in rows())
    chapters = re.findall(
        r"^\| (\d+) \D[^|]*\| (\d+) \| (\d+) \| (\d+) \| (\d+) \| (\d+) \|$", REPORT.read_text(), re.M
    )
    told = {chapter: [int(one) for one in sums] for chapter, *sums in chapters}
    expected = {
        chapter: [*(sums := [counted[chapter, state] for state in STATES]), sum(sums)]
        for chapter in map(str, range(1, 18))
    }

    assert told == expected
    total = [sum(sums[place] for sums in told.values()) for place in range(5)]
    assert f"| all | {' | '.join(map(str, total))} |" in REPORT.read_text("utf-8")
    first = Counter(row[3] for row in rows() if row[1] == "1")
    assert (
        f"Of level 1: {first['test']} by a test, {first['held']} held, {first['not applicable']} not applicable, "
        f"{first['not held']} not held." in REPORT.read_text("utf-8")
    )


def test_the_guide_names_the_words_that_passwords_may_not_be_made_of() -> None:
    listed = re.search(r"words of the place: \*([^*]+)\*", GUIDE.read_text("utf-8"))

    assert listed is not None
    assert [word.strip() for word in listed[1].split(",")] == list(WORDS)


def test_the_guide_lists_every_key() -> None:
    """A setting that holds a key or token is one whose name says so."""
    settings = (ROOT / "microcred/settings.py").read_text("utf-8")
    keys = set(re.findall(r"^([A-Z_]*(?:KEY|KEYS|TOKEN|SECRET)) = env\.", settings, re.MULTILINE))
    table = GUIDE.read_text("utf-8").partition("## Keys")[2].partition("## ")[0]

    assert {key for key in keys if f"`{key}`" not in table} == set()
    assert {"SECRET_KEY", "JWT_SIGNING_KEY", "OPENAI_API_KEY", "METRICS_TOKEN"} <= keys
