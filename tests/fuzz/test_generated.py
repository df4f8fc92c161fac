"""Generated requests, as each kind of caller: no error of the server, and no answer that the document does not allow.

``make test`` generates up to 10 requests for each operation with one seed; ``make test-all`` 50, shared out among
the callers, with the table of bounds as well; ``make fuzz`` 400 for each of ``FUZZ_SEEDS``, each on a world of its own,
and writes down after each what all of them did.
"""

import datetime as dt
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from tests.fuzz.generating import Run, run
from tests.fuzz.reporting import Sown, report
from tests.fuzz.world import World, populate
from tests.served import Server, serving

pytestmark = pytest.mark.django_db
SEEDS = [int(seed) for seed in os.environ.get("FUZZ_SEEDS", "20260302").split()]
CALLERS = ("student", "advisor", "guardian", "admin", "service")
ALL_PHASES = "examples,coverage,fuzzing,stateful"


@pytest.fixture(scope="module")
def sown() -> list[Sown]:
    """What was found by the seeds before."""
    return []


@pytest.fixture(scope="module", params=SEEDS)
def seed(request: pytest.FixtureRequest) -> int:
    """What the generator starts from; each one meets a world and a server of its own."""
    return int(request.param)


@pytest.fixture(scope="module")
def world(seed: int, django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    with django_db_blocker.unblock():
        yield populate()
        call_command("flush", verbosity=0, interactive=False)


@pytest.fixture(scope="module")
def server(world: World) -> Iterator[Server]:
    with serving(processes=2, threads=2) as running:
        yield running


def shared(examples: int) -> int:
    """Return each caller's part, so that together they send ``examples`` for each operation and phase."""
    return -(-examples // len(CALLERS))


def told(runs: list[Run]) -> str:
    return "\n\n".join(f"as {made.caller}: {failure}" for made in runs for failure in made.failures)


def test_a_few_generated_requests_find_nothing(
    server: Server, world: World, tmp_path: Path, seed: int
) -> None:
    made = run(
        server,
        world,
        "student",
        examples=10,
        seed=seed,
        phases="examples,fuzzing,stateful",
        folder=tmp_path,
    )

    assert told([made]) == ""
    assert made.cases > 150
    assert {200, 400, 401, 404} <= made.statuses.keys()
    assert max(made.statuses) < 500


@pytest.mark.long
def test_generated_requests_of_every_caller_find_nothing(
    server: Server, world: World, sown: list[Sown], tmp_path: Path, seed: int
) -> None:
    examples, began = int(os.environ.get("FUZZ_EXAMPLES", "50")), dt.datetime.now(dt.UTC)

    runs = [
        run(server, world, caller, examples=shared(examples), seed=seed, phases=ALL_PHASES, folder=tmp_path)
        for caller in CALLERS
    ]

    sown.append(Sown(seed, runs, began, dt.datetime.now(dt.UTC) - began))
    if "FUZZ_REPORT" in os.environ:
        Path(os.environ["FUZZ_REPORT"]).write_text(report(sown, examples=examples))
    assert told(runs) == ""
    assert all(max(made.statuses) < 500 for made in runs)
