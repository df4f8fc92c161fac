"""Ratings in practice on made-up students: how well the next answer is foretold, and how soon a rating is right.

The students are those of ``forecasts.py``: they show that the code does what it should and what it takes, never how
people learn. Three worlds:

* *new*: nothing is known of anybody, every student and item starts at 1200;
* *placed*: students start from the skill profile of six questions, items from what an author thinks,
  which is spread as the truth is and correlates with it by .7;
* *learning*: the same, and abilities rise by two points with an answer on average.

Every answer is foretold before it is seen. The area under the curve (AUC) is compared with that of an oracle which
knows abilities and difficulties. ``items known`` is what can be reached without knowing the students: Bayes' rule with
the distribution that they are drawn from, and with true difficulties.
"""

import argparse
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from math import log
from pathlib import Path
from statistics import fmean
from typing import Any, Final

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np

from benchmarks.forecasts import (
    Answer,
    Counts,
    Ratings,
    World,
    answered,
    forecasters,
    foretold,
    make_world,
    random_answers,
)  # fmt: skip
from benchmarks.measuring import Report, options
from practice.rating import Rating, updated
from practice.selection import WISH, Candidate, choose, target_rating

# Constants were chosen on seeds 1 and 2.
FIRST_SEED: Final = 101
GAIN: Final = 2.0
WARM: Final = 10
NEAREST: Final = 40
LOOKS: Final = (5, 10, 20, 40)
GOAL: Final = 0.98
TIMED: Final = 20_000
WORLDS: Final[Mapping[str, tuple[bool, float]]] = {
    "new": (False, 0.0),
    "placed": (True, 0.0),
    "learning": (True, GAIN),
}
# What is wished for, if anything; by how much the items are easier than the students are able; whether performances
# are rated, as in the product, or whether the first attempt was right.
CHOICES: Final[Mapping[str, tuple[float | None, float, bool]]] = {
    "at random": (None, 0.0, False),
    "wish .5": (0.5, 0.0, False),
    "wish .75": (WISH, 0.0, False),
    "at random, easier items": (None, 190.0, False),
    "wish .75, easier items": (WISH, 190.0, False),
    "the same, performances": (WISH, 190.0, True),
}
Figures = dict[str, dict[str, float]]


def auc(chances: Sequence[float], solved: Sequence[bool]) -> float:
    """Return how often a right answer had the higher chance of a right and a wrong one; ties count half."""
    _, places, counts = np.unique(chances, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[places]
    right = np.asarray(solved, bool)
    ones, zeros = int(right.sum()), int((~right).sum())
    return float((ranks[right].sum() - ones * (ones + 1) / 2) / (ones * zeros))


def practised(
    world: World, seed: int, each: int, wish: float | None, *, scored: bool
) -> tuple[list[Answer], dict[int, list[float]]]:
    """Let everybody practise items chosen for ``wish``, or at random; nobody gets one twice.

    Return the answers, and the students' ratings after so many as ``LOOKS`` says.
    """
    draw = np.random.default_rng(seed)
    ours, answers, looks = Ratings(world, scored=scored), [], {}
    values = np.array([one.value for one in ours.items])
    fresh = np.ones((len(world.students), len(world.items)), bool)
    for number in range(each):
        for student in draw.permutation(len(world.students)).tolist():
            left = np.flatnonzero(fresh[student])
            item = (
                int(draw.choice(left)) if wish is None else _chosen(ours, values, left, student, draw, wish)
            )
            answers.append(answered(world, student, item, number, draw))
            ours.learn(answers[-1])
            fresh[student, item], values[item] = False, ours.items[item].value
        if number + 1 in LOOKS:
            looks[number + 1] = [one.value for one in ours.students]
    return answers, looks


def _chosen(
    ours: Ratings, values: Any, left: Any, student: int, draw: np.random.Generator, wish: float
) -> int:
    apart = np.abs(values[left] - target_rating(ours.students[student], wish))
    near: list[int] = left[np.argsort(apart, kind="stable")[:NEAREST]].tolist()
    shelf = [Candidate(one, ours.items[one].value, ours.items[one].deviation) for one in near]
    chosen = choose(shelf, ours.students[student], seed=int(draw.integers(2**32)), wish=wish)
    return near[shelf.index(chosen)]


def foretelling(asked: argparse.Namespace, name: str, seed: int) -> Figures:
    """Return the AUC of everybody who foretells answers to items at random, and its share of the oracle's."""
    known, gain = WORLDS[name]
    world = make_world(seed, students=asked.students, items=asked.items, known=known, gain=gain)
    answers = list(random_answers(world, seed, asked.answers))
    seen = {"oracle": [one.chance for one in answers]}
    seen |= {
        who: foretold(answers, forecaster) for who, forecaster in forecasters(world, known=known).items()
    }
    return {who: _areas(own, seen["oracle"], answers, WARM * asked.students) for who, own in seen.items()}


def _areas(
    own: Sequence[float], oracle: Sequence[float], answers: Sequence[Answer], first: int
) -> dict[str, float]:
    solved = [one.solved for one in answers]
    return {
        "auc": auc(own, solved),
        "share": auc(own, solved) / auc(oracle, solved),
        "share_warm": auc(own[first:], solved[first:]) / auc(oracle[first:], solved[first:]),
        "log_loss": -fmean(log(one if right else 1 - one) for one, right in zip(own, solved, strict=True)),
    }


def adapting(asked: argparse.Namespace, seed: int) -> Figures:
    """Return what comes of each way to choose: error and correlation of ratings, shares of right answers, exposure."""
    found: Figures = {}
    for name, (wish, easier, scored) in CHOICES.items():
        world = make_world(seed, students=asked.students, items=asked.items, known=True, easier=easier)
        truth = np.array(world.abilities)
        answers, looks = practised(world, seed, max(LOOKS), wish, scored=scored)
        solved = [one.solved for one in answers]
        exposed = np.bincount([one.item for one in answers], minlength=asked.items) / asked.students
        found[name] = {
            "right": fmean(solved),
            "right_warm": fmean(solved[WARM * asked.students :]),
            "performance": fmean(one.score for one in answers),
            "most_exposed": float(exposed.max()),
            "never_exposed": float((exposed == 0).mean()),
            "slope": float(np.polyfit(looks[max(LOOKS)], truth, 1)[0]),
        }
        for number, values in looks.items():
            found[name][f"error_{number}"] = float(np.sqrt(np.mean((np.array(values) - truth) ** 2)))
            found[name][f"correlation_{number}"] = float(np.corrcoef(values, truth)[0, 1])
        oracle = auc([one.chance for one in answers], solved)
        for who, forecaster in (("ours", Ratings(world, scored=scored)), ("counts", Counts(world))):
            found[name][f"share_{who}"] = auc(foretold(answers, forecaster), solved) / oracle
    return found


def mean_of(worlds: Sequence[Figures]) -> Figures:
    """Return the means over worlds."""
    return {
        who: {what: fmean(one[who][what] for one in worlds) for what in own} for who, own in worlds[0].items()
    }


def microseconds(job: Callable[[], Any]) -> float:
    """Return the processor's time for one call."""
    started = time.process_time()
    for _ in range(TIMED):
        job()
    return 1e6 * (time.process_time() - started) / TIMED


def measure(asked: argparse.Namespace) -> Report:
    """Make as many worlds of each kind as there are rounds."""
    report = Report(
        f"practice of {asked.students:,} students, {asked.answers} answers each, {asked.items} items"
    )
    seeds = range(FIRST_SEED, FIRST_SEED + asked.rounds)
    for name in WORLDS:
        figures = mean_of([foretelling(asked, name, seed) for seed in seeds])
        report.figures[name] = figures
        report.lines.append(
            f"  {name}: AUC, its share of the oracle's, the same from answer {WARM + 1} on, log loss"
        )
        report.lines += [
            f"    {who:20} {own['auc']:.4f}  {own['share']:.4f}  {own['share_warm']:.4f}  {own['log_loss']:.4f}"
            for who, own in figures.items()
        ]
        # The product rates performances.
        report.at_least(f"AUC beside the oracle's, {name}", figures["ours, performances"]["share"], GOAL, "")
    _tell_adapting(report, mean_of([adapting(asked, seed) for seed in seeds]))
    student, shelf = Rating(1300, 80), [Candidate(one, 900 + 10 * one, 60) for one in range(NEAREST)]
    report.figures["microseconds"] = {
        "update": microseconds(lambda: updated(student, Rating(1210, 40), 0.8)),
        "choice": microseconds(lambda: choose(shelf, student, seed=7)),
    }
    report.lines.append(
        "  {update:.1f} us an update, {choice:.0f} us a choice among 40".format(
            **report.figures["microseconds"]
        )
    )
    return report


def _tell_adapting(report: Report, figures: Figures) -> None:
    report.figures["choosing"] = figures
    report.lines.append(
        f"  choosing: error in points and correlation after {LOOKS} answers, and how they relate to the truth"
    )
    for name, own in figures.items():
        told = "  ".join(f"{own[f'error_{one}']:.0f} {own[f'correlation_{one}']:.3f}" for one in LOOKS)
        report.lines += [
            f"    {name:23} {told}  slope {own['slope']:.2f}",
            f"      right {own['right']:.3f}, from answer {WARM + 1} on {own['right_warm']:.3f}, performance "
            f"{own['performance']:.3f}; most exposed {own['most_exposed']:.3f}, never {own['never_exposed']:.3f}; "
            f"AUC beside the oracle's {own['share_ours']:.3f}, of counts {own['share_counts']:.3f}",
        ]


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure; the exit status says whether all goals are met."""
    parser = options(
        "Practice of made-up students: ratings beside what is true.",
        students=(2000, "students"),
        answers=(60, "answers of each"),
        items=(500, "items"),
    )
    asked = parser.parse_args(arguments)
    return measure(asked).ended(as_json=asked.json)


if __name__ == "__main__":
    sys.exit(main())
