"""How tests are shared out among processes that run side by side."""

import os
from collections.abc import Mapping, Sequence
from typing import Final, TypeVar

# A third of what tests take is waiting, for servers, browsers and clocks, while a core could do something else.
PROCESSES_PER_CORE: Final = 2
# Two processes that each calculate on all cores wait for one another, at twice the processor time.
CALCULATE_ON_ONE_CORE: Final = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")
# Files of half a minute and more, most of it spent waiting, with few tests.
LONG: Final = frozenset(
    {
        "tests/authorization/test_matrix.py",
        "tests/browser/test_advisor_page.py",
        "tests/browser/test_content_policy.py",
        "tests/browser/test_course.py",
        "tests/browser/test_oversight_pages.py",
        "tests/companion/demo/test_takers.py",
        "tests/e2e/test_demo.py",
        "tests/e2e/test_other_parts.py",
        "tests/faults/test_chaos.py",
        "tests/faults/test_database.py",
        "tests/faults/test_failpoints.py",
        "tests/fuzz/test_generated.py",
        "tests/ops/test_deploying.py",
        "tests/ops/test_supervise.py",
        "tests/ops/test_supervise_kills.py",
        "tests/partners/lti/test_dying.py",
        "tests/scoring/attacks/test_suite.py",
        "tests/scoring/releasing/test_shipped.py",
        "tests/scoring/releasing/test_versions.py",
        "tests/scoring/training/test_background.py",
    }
)

Item = TypeVar("Item")


def processes() -> int:
    """Return how many test processes keep this machine's cores busy."""
    return PROCESSES_PER_CORE * (os.cpu_count() or 1)


def in_order(files: Mapping[str, Sequence[Item]]) -> list[Item]:
    """Return the tests of ``files``, each file's together.

    Long files are spread over the first half of the run, so that one waits while others calculate, and none is still
    running when all else is done.
    """
    long = [name for name in files if name in LONG]
    short = [name for name in files if name not in LONG]
    stride = max(1, len(short) // (2 * max(1, len(long))))
    places = [(place * stride, 0, name) for place, name in enumerate(long)]
    places += [(place, 1, name) for place, name in enumerate(short)]
    return [test for _, _, name in sorted(places, key=lambda place: place[:2]) for test in files[name]]
