"""Finding alike learners: the product's search in memory beside scikit-learn's exhaustive one.

Learners are made in groups whose levels and credentials go together. One credential of each learner asked for is held
back, and whether it is among the ten with the highest scores is the hit rate. Planted groups show that the search
works, not how well it does for people.
"""

import argparse
import sys
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.database import set_up

if __name__ == "__main__":
    set_up()

import numpy as np
from sklearn.neighbors import NearestNeighbors

from benchmarks.measuring import Report, interleaved, options, ratios, times
from recommendations.knn import NEIGHBOURS, Neighbour, scores_of
from recommendations.learner_index import LearnerIndex
from recommendations.profiles import Learner

SKILLS: Final = tuple(f"skill-{number}" for number in range(6))
GROUPS: Final = 40
CREDENTIALS: Final = 2000
TOP: Final = 10


def measure(asked: argparse.Namespace) -> Report:
    """Make learners, and search them both ways."""
    report = Report(f"neighbours among {asked.learners:,} learners")
    generator = np.random.default_rng(3)
    levels, held = _learners(asked.learners + asked.queries, generator)
    index = LearnerIndex()
    for number in range(asked.learners):
        index.put(
            uuid.UUID(int=number),
            dict(zip(SKILLS, levels[number].tolist(), strict=True)),
            held[number],
            stamp=-number,
        )
    reference = NearestNeighbors(n_neighbors=NEIGHBOURS, algorithm="brute").fit(levels[: asked.learners])
    students = [dict(zip(SKILLS, own.tolist(), strict=True)) for own in levels[asked.learners :]]

    def ours(number: int) -> Any:
        return index.find(students[number], number=NEIGHBOURS)

    def sklearn(number: int) -> Any:
        return reference.kneighbors(levels[asked.learners + number : asked.learners + number + 1])

    taken = interleaved({"ours": ours, "scikit-learn": sklearn}, calls=asked.queries, rounds=asked.rounds)
    hits = {"ours": 0, "scikit-learn": 0}
    same = 0
    popularity = ours(0).holders
    for number in range(asked.queries):
        found = [key.int for key in ours(number).keys]
        exact = sklearn(number)[1][0].tolist()
        same += len(set(found) & set(exact))
        for name, near in (("ours", found), ("scikit-learn", exact)):
            hits[name] += held[asked.learners + number][-1] in _best(
                near, levels, held, asked.learners + number, popularity, asked.learners
            )
    for name, own in taken.items():
        report.lines.append(f"  {name:13} {own} ms, hit rate@{TOP} {hits[name] / asked.queries:.3f}")
        report.figures[name] = {
            "p50_ms": own.median,
            "rounds_ms": own.medians,
            "hit_rate": hits[name] / asked.queries,
        }
    report.lines.append(f"  scikit-learn / ours {times(taken['scikit-learn'], taken['ours'])}")
    report.figures["ratio"] = ratios(taken["scikit-learn"], taken["ours"])
    report.at_most("p50", taken["ours"].median, 1.0, "ms")
    report.at_least("hits beside scikit-learn's", hits["ours"] / max(1, hits["scikit-learn"]), 1.0, "x")
    report.at_least("neighbours in common", same / (asked.queries * NEIGHBOURS), 1.0, "")
    return report


def _learners(number: int, generator: np.random.Generator) -> tuple[Any, list[tuple[uuid.UUID, ...]]]:
    """Levels (learners, skills) and credentials; each group has levels of its own and likes a few credentials."""
    centres = generator.uniform(0.5, 4.5, size=(GROUPS, len(SKILLS)))
    liked = generator.integers(CREDENTIALS, size=(GROUPS, 30))
    own = generator.integers(GROUPS, size=number)
    levels = np.clip(centres[own] + generator.normal(scale=0.5, size=(number, len(SKILLS))), 0, 5)
    chosen = generator.integers(30, size=(number, 4))
    ids = [uuid.UUID(int=10**12 + place) for place in range(CREDENTIALS)]
    held = [
        tuple(dict.fromkeys(ids[liked[group, place]] for place in places))
        for group, places in zip(own, chosen, strict=True)
    ]
    return levels, held


def _best(
    near: Sequence[int],
    levels: Any,
    held: Sequence[tuple[uuid.UUID, ...]],
    student: int,
    popularity: Any,
    learners: int,
) -> list[uuid.UUID]:
    """The credentials of the highest scores, without those of the student that were not held back."""
    apart = np.sqrt(((levels[list(near)] - levels[student]) ** 2).mean(axis=1))
    nearest = [
        Neighbour(Learner({}, frozenset(held[place])), 1.0 / (1.0 + float(far)))
        for place, far in zip(near, apart, strict=True)
    ]
    scores = scores_of(nearest, popularity, learners)
    known = set(held[student][:-1])
    return sorted((key for key in scores if key not in known), key=lambda key: (-scores[key], key))[:TOP]


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure; the exit status says whether all goals are met."""
    parser = options(
        "Alike learners found: the product and scikit-learn.",
        learners=(100_000, "past learners of a role"),
        queries=(200, "learners to search for"),
    )
    asked = parser.parse_args(arguments)
    return measure(asked).ended(as_json=asked.json)


if __name__ == "__main__":
    sys.exit(main())
