"""Running the generator of requests against a server, as each kind of caller."""

import json
import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml
from django.conf import settings

from tests.fuzz.world import World
from tests.served import Server

CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "ignored_auth",
)
DOCUMENT = "docs/api/openapi.yaml"


@dataclass(frozen=True)
class Run:
    """What came of one run: as whom, how many requests, by status and by operation, and what failed.

    Requests with methods or addresses that the document does not name are of no operation.
    """

    caller: str
    cases: int
    statuses: Mapping[int, int]
    operations: Mapping[str, int]
    failures: tuple[str, ...]


@cache
def operations() -> Mapping[str, re.Pattern[str]]:
    """Return every operation of the document as method and path, with what its addresses look like.

    Those with the fewest parameters come first, so that the first that fits is the one that answers.
    """
    methods = {"get", "post", "put", "patch", "delete"}
    paths = yaml.safe_load((settings.BASE_DIR / DOCUMENT).read_text("utf-8"))["paths"]
    return {
        f"{method.upper()} {path}": re.compile(
            f"{method.upper()} " + re.sub(r"\\{\w+\\}", "[^/]*", re.escape(path))
        )
        for path in sorted(paths, key=lambda path: path.count("{"))
        for method in paths[path]
        if method in methods
    }


def run(
    server: Server, world: World, caller: str, *, examples: int, seed: int, phases: str, folder: Path
) -> Run:
    """Generate up to ``examples`` requests for each operation and phase; with the same seed they are the same."""
    cassette = folder / f"{caller}.json"
    command = [
        str(Path(sys.executable).with_name("st")), "run", DOCUMENT, "--url", server.url, "--workers", "1",
        "--checks", ",".join(CHECKS), "--phases", phases, "--max-examples", str(examples), "--seed", str(seed),
        "--generation-database", "none", "--suppress-health-check", "all", "--continue-on-failure", "--no-color",
        "--no-shrink", "--warnings", "off", "--request-timeout", "30",
        "--report", "har", "--report-har-path", str(cassette),
    ]  # fmt: skip
    for name, value in world.callers[caller].items():
        command += ["--header", f"{name}: {value}"]
    done = subprocess.run(
        command,
        cwd=settings.BASE_DIR,
        env=os.environ | {"SCHEMATHESIS_HOOKS": "tests.fuzz.hooks", "FUZZ_IDS": json.dumps(world.ids)},
        capture_output=True,
        text=True,
        check=False,
    )
    entries = json.loads(cassette.read_text())["log"]["entries"]
    failures = _failures(done.stdout) if done.returncode else ()
    if done.returncode and not failures:
        failures = (done.stdout[-2_000:] + done.stderr[-2_000:],)
    return Run(caller, len(entries), _statuses(entries), _by_operation(entries), failures)


def _statuses(entries: list[Any]) -> dict[int, int]:
    return dict(sorted(Counter(entry["response"]["status"] for entry in entries).items()))


def _by_operation(entries: list[Any]) -> Counter[str]:
    asked = (f"{sent['method']} {urlsplit(sent['url']).path}" for sent in (one["request"] for one in entries))
    return Counter(
        name
        for line in asked
        if (name := next((name for name, form in operations().items() if form.fullmatch(line)), None))
    )


def _failures(output: str) -> tuple[str, ...]:
    """Return what stands between the headings FAILURES and SUMMARY, by operation."""
    _, _, told = output.partition(" FAILURES ")
    told, _, _ = told.partition(" SUMMARY ")
    return tuple(part.strip() for part in told.split("\n____")[1:])
