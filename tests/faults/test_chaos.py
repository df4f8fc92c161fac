"""Nothing is lost and nothing is doubled while processes and servers fail at random; a naive job shows that it could.

``make chaos`` makes the long runs of it and writes docs/reports/chaos.md.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection

from tests.e2e.redis_server import PROGRAM

pytestmark = pytest.mark.django_db(transaction=True)
SEED = int(os.environ.get("CHAOS_SEED", "1"))
NO_REDIS = pytest.mark.skipif(PROGRAM is None, reason="needs a redis-server, which is not installed")


def run(folder: Path, *options: str) -> dict[str, Any]:
    """Make a run beside this process, with a database server of its own, and return its figures."""
    out = folder / "figures.json"
    command = [sys.executable, "-m", "tests.faults.run", "--seed", str(SEED), *_template()]
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    ended = subprocess.run(
        [*command, "--out", str(out), *options],
        cwd=settings.BASE_DIR,
        env=environment | {"MICROCRED_STATE_DIR": str(folder / "state")},
        capture_output=True,
        text=True,
        timeout=1800,
    )
    assert ended.returncode == 0, ended.stderr[-4000:]
    figures: dict[str, Any] = json.loads(out.read_text())
    return figures


def _template() -> list[str]:
    """The database of the tests, to be copied instead of migrated; not one that an operator named."""
    if settings.DATABASE_URL:
        return []
    place = settings.EMBEDDED_DATABASE.url().replace("/microcred?", f"/{connection.settings_dict['NAME']}?")
    return ["--template", place]


def check(figures: dict[str, Any], jobs: int) -> None:
    told = json.dumps(figures)
    sys.stdout.write(told)
    assert figures["assessments"] == jobs
    assert figures["is_sound"], told
    assert figures["poison_claims"] == [5], told
    assert sum(figures["faults"].values()) >= 5, f"hardly anything was disturbed: {told}"
    assert figures["naive_doubled"] > 0, f"what must fail did not, so this shows nothing: {told}"


def test_a_hundred_assessments(tmp_path: Path) -> None:
    check(run(tmp_path, "--jobs", "100"), 100)


@pytest.mark.long
def test_three_hundred_assessments(tmp_path: Path) -> None:
    check(run(tmp_path, "--jobs", "300"), 300)


@pytest.mark.long
@pytest.mark.redis
@NO_REDIS
def test_three_hundred_assessments_with_bells_by_redis(tmp_path: Path) -> None:
    check(run(tmp_path, "--jobs", "300", "--redis"), 300)
