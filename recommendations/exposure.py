"""What recommendations do as a whole: how often they are accepted, what of the catalog they show, and to whose gain.

Coverage is the share of the catalog's credentials that were recommended at all; the share of the top tenth is how many
of all recommended places go to the tenth of the catalog that is recommended most (1/10 where all are shown alike, 1
where only they are). Rates have Wilson's interval (1927), their differences Newcombe's (1998, method 10).

Nothing is said of fewer than a smallest number of students: their rates are left out, and so are those of others from
which, with the rate over all, theirs could be worked out.
"""

import uuid
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from math import ceil, sqrt
from statistics import fmean, median
from typing import Final

NORMAL: Final = 1.959963984540054
TENTH: Final = 0.1


@dataclass(frozen=True, slots=True)
class Shown:
    """A recommended place: which credential, in whose run, how confident, and how many skills that run measured."""

    run: uuid.UUID
    learner: uuid.UUID
    credential: uuid.UUID
    position: int
    confidence: float
    measured: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """What somebody decided about a recommended credential."""

    run: uuid.UUID
    learner: uuid.UUID
    credential: uuid.UUID
    by_student: bool
    accepted: bool


@dataclass(frozen=True, slots=True)
class Rate:
    """A share accepted, of how many verdicts, and its 95 % interval."""

    share: float
    count: int
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Provider:
    """A provider's share of the catalog and of the recommended places."""

    name: str
    offered: float
    shown: float

    @property
    def lift(self) -> float:
        """By how much its credentials are shown more often than chance would."""
        return self.shown / self.offered


@dataclass(frozen=True, slots=True)
class Popular:
    """A credential, to how many learners it was recommended, and how it was received; None where too few said so."""

    credential: uuid.UUID
    learners: int
    rate: Rate | None


@dataclass(frozen=True, slots=True)
class Group:
    """Learners of whom few or many skills were measured; None where they are too few to be spoken of."""

    learners: int
    confidence: float
    rate: Rate | None


@dataclass(frozen=True, slots=True)
class Gap:
    """Learners of whom fewer skills were measured than ``boundary``, and the others; ``difference`` is how much less
    often those of whom little is known accept, with its interval."""

    boundary: int
    few: Group | None
    many: Group | None
    difference: tuple[float, float, float] | None


@dataclass(frozen=True, slots=True)
class Exposure:
    """All figures over some runs; ``of_students`` and ``of_staff`` part the verdicts by who gave them."""

    runs: int
    learners: int
    verdicts: int
    rate: Rate | None
    of_students: Rate | None
    of_staff: Rate | None
    coverage: float | None
    offered: int
    shown: int
    top_share: float | None
    providers: tuple[Provider, ...]
    popular: tuple[Popular, ...]
    gap: Gap | None


def exposure(
    places: Sequence[Shown],
    verdicts: Sequence[Verdict],
    catalog: Mapping[uuid.UUID, str],
    *,
    smallest: int,
    most_listed: int = 20,
) -> Exposure:
    """Return the figures; ``catalog`` gives the provider of every credential that could be recommended."""
    counts = Counter(one.credential for one in places)
    of_students, of_staff = _parted([one.by_student for one in verdicts], verdicts, smallest)
    shown = counts.keys() & catalog.keys()
    return Exposure(
        runs=len({one.run for one in places}),
        learners=len({one.learner for one in places}),
        verdicts=len(verdicts),
        rate=rate_of(verdicts, smallest),
        of_students=of_students,
        of_staff=of_staff,
        coverage=len(shown) / len(catalog) if catalog and places else None,
        offered=len(catalog),
        shown=len(shown),
        top_share=top_share(counts, len(catalog.keys() | counts.keys())),
        providers=_providers(counts, catalog),
        popular=_popular(places, verdicts, smallest)[:most_listed],
        gap=_gap(places, verdicts, smallest),
    )


def top_share(counts: Mapping[uuid.UUID, int], catalog: int) -> float | None:
    """Return the share of all places that goes to the tenth of ``catalog`` credentials shown most; at least one."""
    if not counts:
        return None
    highest = sorted(counts.values(), reverse=True)[: ceil(TENTH * catalog)]
    return sum(highest) / sum(counts.values())


def wilson(accepted: int, count: int) -> Rate:
    """Return a share with Wilson's interval."""
    share, square = accepted / count, NORMAL**2 / count
    middle = (share + square / 2) / (1 + square)
    margin = NORMAL / (1 + square) * sqrt(share * (1 - share) / count + square / (4 * count))
    return Rate(share, count, max(0.0, middle - margin), min(1.0, middle + margin))


def difference(one: Rate, other: Rate) -> tuple[float, float, float]:
    """Return one share less another, and Newcombe's interval of that."""
    less = one.share - other.share
    low = less - sqrt((one.share - one.low) ** 2 + (other.high - other.share) ** 2)
    high = less + sqrt((one.high - one.share) ** 2 + (other.share - other.low) ** 2)
    return less, low, high


def rate_of(verdicts: Collection[Verdict], smallest: int) -> Rate | None:
    """Return the share accepted; None where fewer than ``smallest`` learners' lists are behind it."""
    if len({one.learner for one in verdicts}) < smallest:
        return None
    return wilson(sum(one.accepted for one in verdicts), len(verdicts))


def _parted(
    first: Sequence[bool], verdicts: Sequence[Verdict], smallest: int
) -> tuple[Rate | None, Rate | None]:
    """Return the rates of the verdicts that are ``first`` and of the others; neither where one would tell of few."""
    parts = [
        [one for one, is_first in zip(verdicts, first, strict=True) if is_first == wanted]
        for wanted in (True, False)
    ]
    one, other = (rate_of(part, smallest) for part in parts)
    if any(part and rate is None for part, rate in zip(parts, (one, other), strict=True)):
        return None, None
    return one, other


def _providers(counts: Mapping[uuid.UUID, int], catalog: Mapping[uuid.UUID, str]) -> tuple[Provider, ...]:
    offered = Counter(catalog.values())
    shown: Counter[str] = Counter()
    for credential, number in counts.items():
        if credential in catalog:
            shown[catalog[credential]] += number
    total = sum(shown.values())
    found = [
        Provider(name, number / len(catalog), shown[name] / total if total else 0.0)
        for name, number in offered.items()
    ]
    return tuple(sorted(found, key=lambda one: (-one.shown, one.name)))


def _popular(places: Sequence[Shown], verdicts: Sequence[Verdict], smallest: int) -> tuple[Popular, ...]:
    """Credentials by how many learners they were recommended to; those of fewer than ``smallest`` are left out."""
    learners: dict[uuid.UUID, set[uuid.UUID]] = {}
    for one in places:
        learners.setdefault(one.credential, set()).add(one.learner)
    said: dict[uuid.UUID, list[Verdict]] = {}
    for verdict in verdicts:
        said.setdefault(verdict.credential, []).append(verdict)
    rates = _told(said, smallest)
    found = [
        Popular(credential, len(people), rates.get(credential))
        for credential, people in learners.items()
        if len(people) >= smallest
    ]
    return tuple(sorted(found, key=lambda one: (-one.learners, str(one.credential))))


def _told(said: Mapping[uuid.UUID, Sequence[Verdict]], smallest: int) -> dict[uuid.UUID, Rate]:
    """The rates by credential; those left out together are so many that none can be worked out from the others."""
    rates = {key: rate for key, verdicts in said.items() if (rate := rate_of(verdicts, smallest))}
    while rates:
        left_out = [verdict for key, verdicts in said.items() if key not in rates for verdict in verdicts]
        if not left_out or len({one.learner for one in left_out}) >= smallest:
            break
        del rates[min(rates, key=lambda key: (rates[key].count, str(key)))]
    return rates


def _gap(places: Sequence[Shown], verdicts: Sequence[Verdict], smallest: int) -> Gap | None:
    """Part learners at the median number of measured skills; None where all have as many."""
    measured: dict[uuid.UUID, int] = {}
    for one in places:
        measured[one.learner] = max(one.measured, measured.get(one.learner, 0))
    if len(set(measured.values())) < 2:
        return None
    boundary = max(ceil(median(measured.values())), min(measured.values()) + 1)
    few = {learner for learner, number in measured.items() if number < boundary}
    rates = _parted([one.learner in few for one in verdicts], verdicts, smallest)
    less, more = (
        _group(people, places, rate, smallest)
        for people, rate in zip((few, measured.keys() - few), rates, strict=True)
    )
    known = [group.rate for group in (less, more) if group and group.rate]
    return Gap(boundary, less, more, difference(*known) if len(known) == 2 else None)


def _group(
    people: Collection[uuid.UUID], places: Sequence[Shown], rate: Rate | None, smallest: int
) -> Group | None:
    if len(people) < smallest:
        return None
    first = [one.confidence for one in places if one.learner in people and one.position == 1]
    return Group(len(people), fmean(first) if first else 0.0, rate)
