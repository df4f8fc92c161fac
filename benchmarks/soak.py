"""Ten minutes at seven tenths of what the API can do: does it fail, does it slow down, does it grow.

The operations of `benchmarks/load.py` in turn, the frequent ones more often. First as fast as they are answered, which
is the rate that the share is of; then at an even pace. Memory is that of web server, worker and supervisor together,
their part of shared pages included.
"""

import argparse
import shutil
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from itertools import chain, zip_longest
from pathlib import Path
from typing import Final

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.asking import Address, Answered, ask
from benchmarks.load import P99_GOAL, PLAIN, Served, serving
from benchmarks.measuring import Report
from benchmarks.queues import product

# How often each is asked in one turn of the mixture.
MIXTURE: Final = {"status": 6, "result": 4, "catalogue": 4, "answers": 4, "start": 1}
SATURATED_SECONDS: Final = 20
MINUTE: Final = 60
RATE_GOAL: Final = 0.95
GROWTH_GOAL: Final = 0.05


def mixed(served: Served) -> Address:
    """Return all operations in one address: as many turns of the mixture as there are students who write."""
    turns = len(served.addresses["answers"].asked)
    rounds = []
    for turn in range(turns):
        kinds = (
            [one.asked[(turn * times + number) % len(one.asked)] for number in range(times)]
            for one, times in ((served.addresses[name], times) for name, times in MIXTURE.items())
        )
        # Those of a kind are not sent one after the other.
        rounds += [one for one in chain.from_iterable(zip_longest(*kinds)) if one is not None]
    return Address(served.addresses["status"].url, rounds)


@dataclass(frozen=True, slots=True)
class Soaked:
    """The plain view and the mixture without a pace, the mixture at a pace for a minute at a time, and the bytes held
    before and after those minutes."""

    plain: Answered
    full: Answered
    pace: float
    warming: Answered
    minutes: Sequence[Answered]
    before: int
    after: int


def soak(asked: argparse.Namespace, folder: Path, running: product.Product) -> Soaked:
    """Saturate, then keep to the share of that, minute by minute."""
    with serving(running) as served:
        everything = mixed(served)
        ask(everything, folder, seconds=SATURATED_SECONDS)
        plain = ask(served.addresses[PLAIN], folder, seconds=SATURATED_SECONDS)
        full = ask(everything, folder, seconds=SATURATED_SECONDS)
        pace = asked.share * full.rate
        warming = ask(everything, folder, seconds=MINUTE, a_second=pace)
        before = served.processes.private_bytes()
        minutes = [ask(everything, folder, seconds=MINUTE, a_second=pace) for _ in range(asked.minutes)]
        return Soaked(plain, full, pace, warming, minutes, before, served.processes.private_bytes())


def told(found: Soaked, report: Report) -> Report:
    """Note what was found."""
    plain, full = found.plain, found.full
    least, most = (pick(one.rate for one in found.minutes) for pick in (min, max))
    slowest = max(one.p99 for one in found.minutes)
    report.lines += [
        f"  plain view {plain.rate:.0f} a second, p99 {plain.p99:.1f} ms",
        f"  mixture {full.rate:.0f} a second, p99 {full.p99:.1f} ms",
        f"  at its pace {least:.0f} to {most:.0f} a second; in the slowest minute "
        f"p50 {max(one.p50 for one in found.minutes):.1f} ms and p99 {slowest:.1f} ms",
        f"  memory {found.before / 1e6:.0f} MB, then {found.after / 1e6:.0f} MB",
    ]
    report.figures |= asdict(found)
    failed = sum(one.failed for one in (full, found.warming, *found.minutes))
    report.at_least("least rate beside the pace", least / found.pace, RATE_GOAL, "x")
    report.at_most("failed", failed, 0, "requests")
    report.at_most("p99 of the slowest minute beside the plain view's", slowest / plain.p99, P99_GOAL, "x")
    report.at_most("growth of memory", found.after / found.before - 1, GROWTH_GOAL, "")
    return report


def main() -> int:
    """Measure and tell; the exit status says whether all goals are met."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=int, default=10, help="how long (%(default)s)")
    parser.add_argument("--share", type=float, default=0.7, help="of the saturated rate (%(default)s)")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    asked = parser.parse_args()
    if shutil.which("wrk") is None:
        parser.error("wrk is not installed; Debian's package is called wrk.")
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="benchmark-soak-")))
        running = stack.enter_context(product.product(folder))
        report = Report(f"F1: {asked.minutes} minutes at {asked.share:.0%} of saturation")
        return told(soak(asked, folder, running), report).ended(as_json=asked.json)


if __name__ == "__main__":
    sys.exit(main())
