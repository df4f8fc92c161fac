"""Taking turns, medians of rounds, and how they are told.

Machines are shared: contenders therefore take turns within a round, call by call, so that whatever slows the machine
slows all of them. A figure is the median over rounds of a round's median; the spread is the least and the most of
those.
"""

import argparse
import gc
import json
import os
import platform
import statistics
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

ROUNDS: Final = 3
Job = Callable[[int], Any]
# The database's processes that serve this one.
BACKENDS: Final[list[int]] = []


@dataclass(frozen=True, slots=True)
class Series:
    """The medians and the 95th percentiles of every round, and the processor's time for a call in each, by this process
    and the database's; all in milliseconds. The processor's time is 0 where it was not taken."""

    medians: tuple[float, ...]
    highs: tuple[float, ...]
    busy: tuple[float, ...] = (0.0,)

    @property
    def median(self) -> float:
        """The median over the rounds."""
        return statistics.median(self.medians)

    @property
    def high(self) -> float:
        """The median over the rounds of the 95th percentile."""
        return statistics.median(self.highs)

    def __str__(self) -> str:
        told = f"{self.median:.2f} ({min(self.medians):.2f} to {max(self.medians):.2f}), p95 {self.high:.2f}"
        return told + (f", cpu {self.cpu:.2f}" if self.cpu else "")

    @property
    def cpu(self) -> float:
        """The median over the rounds of the processor's time for a call."""
        return statistics.median(self.busy)


@dataclass(frozen=True, slots=True)
class Goal:
    """What is to be reached, what was, and whether that is enough."""

    what: str
    goal: str
    reached: str
    met: bool


@dataclass(slots=True)
class Report:
    """Everything that one run found out."""

    row: str
    lines: list[str] = field(default_factory=list)
    goals: list[Goal] = field(default_factory=list)
    figures: dict[str, Any] = field(default_factory=dict)

    def at_most(self, what: str, reached: float, goal: float, unit: str) -> None:
        """Note a goal that is met from above."""
        self.goals.append(Goal(what, f"<= {goal:g} {unit}", f"{reached:.3g} {unit}", reached <= goal))

    def at_least(self, what: str, reached: float, goal: float, unit: str) -> None:
        """Note a goal that is met from below."""
        self.goals.append(Goal(what, f">= {goal:g} {unit}", f"{reached:.4g} {unit}", reached >= goal))

    def ended(self, *, as_json: bool) -> int:
        """Print everything; return the exit status, 0 where every goal is met."""
        if as_json:
            goals = [asdict(one) for one in self.goals]
            print(json.dumps({"row": self.row, "machine": machine(), **self.figures, "goals": goals}))
        else:
            print(f"{self.row} on {machine()}")
            print("\n".join(self.lines))
            for one in self.goals:
                print(f"{'met   ' if one.met else 'MISSED'} {one.what}: {one.reached} (goal {one.goal})")
        return 0 if all(one.met for one in self.goals) else 1


def interleaved(
    jobs: Mapping[str, Job],
    *,
    calls: int,
    rounds: int,
    warm: int = 3,
    before: Callable[[int], Any] | None = None,
) -> dict[str, Series]:
    """Call every job ``calls`` times in each round, in turns; jobs are told the number of the call, from 0 on.

    ``warm`` calls before that are not counted; ``before`` is called before each turn and not timed.
    """
    for name, job in jobs.items():
        for number in range(min(warm, calls)):
            if before:
                before(number)
            job(number)
        del name
    found: dict[str, list[list[float]]] = {name: [] for name in jobs}
    names = list(jobs)
    burnt = {name: [0.0] * rounds for name in jobs}
    gc.collect()
    for turn in range(rounds):
        spent: dict[str, list[float]] = {name: [] for name in jobs}
        for number in range(calls):
            first = (turn + number) % len(names)
            for name in names[first:] + names[:first]:
                if before:
                    before(number)
                started, busy = time.perf_counter(), processor_time()
                jobs[name](number)
                spent[name].append(1000 * (time.perf_counter() - started))
                burnt[name][turn] += (processor_time() - busy) / calls
        for name, own in spent.items():
            found[name].append(own)
    return {name: series(own, burnt[name]) for name, own in found.items()}


def series(rounds: Iterable[Sequence[float]], busy: Sequence[float] = (0.0,)) -> Series:
    """Return medians and 95th percentiles of rounds of milliseconds, with the processor's time for a call in each."""
    kept = [sorted(one) for one in rounds]
    return Series(
        tuple(statistics.median(one) for one in kept),
        tuple(one[min(len(one) - 1, int(0.95 * len(one)))] for one in kept),
        tuple(busy),
    )


def processor_time() -> float:
    """Milliseconds that this process and the one that the database serves it by have had a processor."""
    own = 1000 * time.process_time()
    if BACKENDS:
        own += sum(int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) for pid in BACKENDS) / 1e6
    return own


def ratios(peer: Series, ours: Series) -> tuple[float, float, float]:
    """How many times as long the peer takes: the median of the rounds, the least and the most."""
    own = [theirs / mine for theirs, mine in zip(peer.medians, ours.medians, strict=True)]
    return statistics.median(own), min(own), max(own)


def times(peer: Series, ours: Series) -> str:
    """The same in words, with that of the processor's time."""
    middle, least, most = ratios(peer, ours)
    told = f"{middle:.1f} x ({least:.1f} to {most:.1f})"
    return told + (f", of cpu {peer.cpu / ours.cpu:.1f} x" if peer.cpu and ours.cpu else "")


def machine() -> str:
    """The size of this machine, and how busy it is."""
    lines = Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else []
    names = [line.partition(": ")[2] for line in lines if line.startswith("model name")]
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
    load = os.getloadavg()[0]
    return (
        f"{len(os.sched_getaffinity(0))} cores of {names[0] if names else platform.machine()}, {pages:.0f} GiB, "
        f"load {load:.1f}"
    )


def options(description: str, **numbers: tuple[int, str]) -> argparse.ArgumentParser:
    """Return a parser with ``--rounds``, ``--json`` and the given sizes, each with its default and its meaning."""
    parser = argparse.ArgumentParser(description=description)
    for name, (default, meaning) in numbers.items():
        parser.add_argument(
            f"--{name.replace('_', '-')}", type=int, default=default, help=f"{meaning} (%(default)s)"
        )
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="how often all is measured (%(default)s)")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    return parser
