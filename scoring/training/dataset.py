"""Scored answers from a file: CSV or TSV, also gzipped, and what is known of each set."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from microcred.tables import TableError, read_table
from scoring.training.rubric import NO_RUBRIC, Rubric, prose, read_rubric

__all__ = ["Scale", "ScoredText", "TableError", "TextSet", "read_sets"]

REQUIRED: Final = ("set", "text", "score")
OPTIONAL: Final = ("score1", "score2", "fold", "group")
COLUMNS_READ: Final = frozenset({*REQUIRED, *OPTIONAL})
MOST_LEVELS: Final = 1001
_SAME_SCORE: Final = 1e-3
_WHOLE: Final = re.compile(r"(\d+)\.0+")


@dataclass(frozen=True, slots=True)
class ScoredText:
    """One answer with its score and, where known, two raters' scores, its fold and group."""

    text: str
    score: float
    score1: float | None = None
    score2: float | None = None
    fold: str = ""
    group: str = ""


@dataclass(frozen=True, slots=True)
class Scale:
    """The scores of a set: `low`, `low + step`, ... up to `high`."""

    low: float
    high: float
    step: float

    @property
    def levels(self) -> NDArray[np.float64]:
        """Every possible score, ascending."""
        count = max(1, round((self.high - self.low) / self.step) + 1)
        return (self.low + self.step * np.arange(count)).astype(np.float64)

    def rounded(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """`values` on the nearest step, halves up, inside the range."""
        steps = np.floor((np.asarray(values, float) - self.low) / self.step + 0.5)
        return np.clip(self.low + self.step * steps, self.low, self.levels[-1]).astype(np.float64)


@dataclass(frozen=True, slots=True)
class TextSet:
    """The answers to one question. `left_out` counts rows without a score; `coarser` says that scores lie
    closer to each other than the steps of the scale."""

    id: str
    texts: Sequence[ScoredText]
    scale: Scale
    prompt: str = ""
    rubric: Rubric = NO_RUBRIC
    left_out: int = field(default=0, compare=False)
    coarser: bool = field(default=False, compare=False)

    @property
    def scores(self) -> NDArray[np.float64]:
        """The scores in order."""
        return np.array([text.score for text in self.texts])


def read_sets(
    path: Path, *, columns: Mapping[str, str] | None = None, described: Path | None = None
) -> list[TextSet]:
    """The sets of the file in the order of their ids.

    `columns` maps a name of this module to that of the file. `described` is a JSON file of
    ``{id: {"prompt", "rubric", "min", "max", "step"}}``; what it leaves out comes from the
    data. Raises `TableError`.
    """
    known = _descriptions(described) if described else {}
    found: dict[str, list[ScoredText]] = {}
    skipped: dict[str, int] = {}
    for at, row in _rows(path, columns or {}):
        name = _id(row["set"])
        if not name:
            raise TableError(f"{path}, line {at}: there is no set.")
        found.setdefault(name, [])
        if row["score"].strip():
            found[name].append(_text(path, at, row))
        else:
            skipped[name] = skipped.get(name, 0) + 1
    if known and not known.keys() & found.keys():
        raise TableError(f"{described} describes none of the sets {', '.join(sorted(found))}.")
    sets = [_set(name, texts, known.get(name, {}), skipped) for name, texts in found.items() if texts]
    if not sets:
        raise TableError(f"{path}: there is no scored text.")
    return sorted(sets, key=lambda one: (len(one.id), one.id))


def _rows(path: Path, columns: Mapping[str, str]) -> Iterator[tuple[int, dict[str, str]]]:
    table = read_table(path)
    names = {name: columns.get(name, name) for name in (*REQUIRED, *OPTIONAL)}
    missing = [n for n in names if names[n] not in table.header and (n in REQUIRED or n in columns)]
    if missing:
        have = ", ".join(table.header) or "none"
        raise TableError(f"{path}: no column for {', '.join(missing)}. Its columns: {have}. See --map.")
    places = {name: table.header.index(column) for name, column in names.items() if column in table.header}
    for line, cells in table.rows:
        row = {name: cells[at] if at < len(cells) else "" for name, at in places.items()}
        yield line, {name: row.get(name, "") for name in names}


def _text(path: Path, at: int, row: Mapping[str, str]) -> ScoredText:
    return ScoredText(
        text=row["text"],
        score=_number(path, at, "score", row["score"]),
        score1=_number(path, at, "score1", row["score1"]) if row["score1"].strip() else None,
        score2=_number(path, at, "score2", row["score2"]) if row["score2"].strip() else None,
        fold=row["fold"].strip(),
        group=row["group"].strip(),
    )


def _number(path: Path, at: int, column: str, value: str) -> float:
    try:
        number = float(value)
    except ValueError:
        number = float("nan")
    if not np.isfinite(number):
        raise TableError(f"{path}, line {at}: {column} is {value[:40]!r}, not a number.")
    return number


def _descriptions(path: Path) -> dict[str, Mapping[str, Any]]:
    try:
        data = json.loads(path.read_text("utf-8-sig"))
    except (OSError, ValueError) as error:
        raise TableError(f"{path} cannot be read: {error}.") from error
    if not isinstance(data, dict) or not all(isinstance(entry, dict) for entry in data.values()):
        raise TableError(f"{path}: expected an object of objects, one for each set.")
    return {_id(str(name)): entry for name, entry in data.items()}


def _id(name: str) -> str:
    """A set's name; a number that a program wrote as 1.0 is 1."""
    whole = _WHOLE.fullmatch(name.strip())
    return whole[1] if whole else name.strip()


def _set(
    name: str, texts: Sequence[ScoredText], described: Mapping[str, Any], skipped: Mapping[str, int]
) -> TextSet:
    scores = np.unique([text.score for text in texts])
    low, high, step = (described.get(key) for key in ("min", "max", "step"))
    try:
        lowest = float(scores[0] if low is None else low)
        highest = float(scores[-1] if high is None else high)
        found = scale_of([lowest, highest, *scores])
        scale = Scale(lowest, highest, found.step if step is None else float(step))
    except (TypeError, ValueError) as error:
        raise TableError(f"Set {name}: min, max and step are numbers.") from error
    if scale.high < scale.low or scale.step <= 0:
        raise TableError(f"Set {name}: the range {scale.low} to {scale.high} in {scale.step} is empty.")
    if (scale.high - scale.low) / scale.step >= MOST_LEVELS:
        raise TableError(f"Set {name}: a step of {scale.step} makes too many levels.")
    if scores[0] < scale.low or scores[-1] > scale.high:
        raise TableError(f"Set {name}: scores from {scores[0]} to {scores[-1]} leave its range.")
    rubric = read_rubric(described.get("rubric"))
    return TextSet(
        name, texts, scale, prose(described.get("prompt")), rubric, skipped.get(name, 0),
        coarser=bool(np.any(np.abs(scale.rounded(scores) - scores) > max(_SAME_SCORE, scale.step / 10))),
    )  # fmt: skip


def scale_of(values: Sequence[float]) -> Scale:
    """The scale that leads from the lowest of `values` to all others; where that would take more than 1,001
    levels, as scores of many decimals do, one of round steps."""
    low, high = float(min(values)), float(max(values))
    step = _common_step(values)
    if (high - low) / step >= MOST_LEVELS:
        least = (high - low) / (MOST_LEVELS - 1)
        tens = 10.0 ** np.floor(np.log10(least))
        step = next(float(tens * times) for times in (1, 2, 5, 10) if tens * times >= least)
    return Scale(low, high, step)


def _common_step(values: Sequence[float]) -> float:
    """The largest step that leads from the lowest value to all others; 1 for a single value."""
    step = 0.0
    for value in np.unique(values) - min(values):
        larger, smaller = max(step, float(value)), min(step, float(value))
        while smaller > _SAME_SCORE:
            larger, smaller = smaller, larger % smaller
            smaller = 0.0 if larger - smaller < _SAME_SCORE else smaller
        step = larger
    # Whole numbers and their simple parts are meant exactly.
    return round(step, 6) or 1.0
