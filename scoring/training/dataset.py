"""Scored answers from a file: CSV or TSV, also gzipped, and what is known of each set."""

import csv
import gzip
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

REQUIRED: Final = ("set", "text", "score")
OPTIONAL: Final = ("score1", "score2", "fold", "group")
MOST_LEVELS: Final = 1001
_LONGEST_FIELD: Final = 10_000_000


class DatasetError(ValueError):
    """The file cannot be used; the message names the file, the row and what is wrong."""


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
    """The answers to one question. `left_out` counts rows without a score."""

    id: str
    texts: Sequence[ScoredText]
    scale: Scale
    prompt: str = ""
    rubric: str = ""
    left_out: int = field(default=0, compare=False)

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
    data. Raises `DatasetError`.
    """
    known = _descriptions(described) if described else {}
    found: dict[str, list[ScoredText]] = {}
    skipped: dict[str, int] = {}
    for at, row in _rows(path, columns or {}):
        name = row["set"].strip()
        found.setdefault(name, [])
        if row["score"].strip():
            found[name].append(_text(path, at, row))
        else:
            skipped[name] = skipped.get(name, 0) + 1
    sets = [_set(name, texts, known.get(name, {}), skipped) for name, texts in found.items() if texts]
    if not sets:
        raise DatasetError(f"{path}: there is no scored text.")
    return sorted(sets, key=lambda one: (len(one.id), one.id))


def _rows(path: Path, columns: Mapping[str, str]) -> Iterator[tuple[int, dict[str, str]]]:
    unknown = set(columns) - set(REQUIRED) - set(OPTIONAL)
    if unknown:
        raise DatasetError(f"--map names {', '.join(sorted(unknown))}, which is none of the columns read.")
    lines = _decoded(path).splitlines(keepends=True)
    csv.field_size_limit(min(sys.maxsize, _LONGEST_FIELD))
    reader = csv.DictReader(lines, delimiter="\t" if lines and "\t" in lines[0] else ",")
    header = reader.fieldnames or []
    names = {name: columns.get(name, name) for name in (*REQUIRED, *OPTIONAL)}
    missing = [n for n in names if names[n] not in header and (n in REQUIRED or n in columns)]
    if missing:
        have = ", ".join(header) or "none"
        raise DatasetError(f"{path}: no column for {', '.join(missing)}. Its columns: {have}. See --map.")
    try:
        for row in reader:
            yield reader.line_num, {name: row.get(column) or "" for name, column in names.items()}
    except csv.Error as error:
        raise DatasetError(f"{path}, line {reader.line_num}: {error}.") from error


def _decoded(path: Path) -> str:
    """UTF-8, or Windows-1252 where it is not."""
    try:
        data = path.read_bytes()
        if data[:2] == b"\x1f\x8b":
            data = gzip.decompress(data)
    except (OSError, EOFError, gzip.BadGzipFile) as error:
        raise DatasetError(f"{path} cannot be read: {error}.") from error
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


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
        raise DatasetError(f"{path}, line {at}: {column} is {value[:40]!r}, not a number.")
    return number


def _descriptions(path: Path) -> dict[str, Mapping[str, Any]]:
    try:
        data = json.loads(path.read_text("utf-8-sig"))
    except (OSError, ValueError) as error:
        raise DatasetError(f"{path} cannot be read: {error}.") from error
    if not isinstance(data, dict) or not all(isinstance(entry, dict) for entry in data.values()):
        raise DatasetError(f"{path}: expected an object of objects, one for each set.")
    return {str(name): entry for name, entry in data.items()}


def _set(
    name: str, texts: Sequence[ScoredText], described: Mapping[str, Any], skipped: Mapping[str, int]
) -> TextSet:
    scores = np.unique([text.score for text in texts])
    usual = float(np.diff(scores).min()) if len(scores) > 1 else 1.0
    low, high, step = (described.get(key) for key in ("min", "max", "step"))
    try:
        scale = Scale(
            float(scores[0] if low is None else low),
            float(scores[-1] if high is None else high),
            float(usual if step is None else step),
        )
    except (TypeError, ValueError) as error:
        raise DatasetError(f"Set {name}: min, max and step are numbers.") from error
    if scale.high < scale.low or scale.step <= 0:
        raise DatasetError(f"Set {name}: the range {scale.low} to {scale.high} in {scale.step} is empty.")
    if (scale.high - scale.low) / scale.step >= MOST_LEVELS:
        raise DatasetError(
            f"Set {name}: a step of {scale.step} makes too many levels; give one in SETS.json."
        )
    if scores[0] < scale.low or scores[-1] > scale.high:
        raise DatasetError(f"Set {name}: scores from {scores[0]} to {scores[-1]} leave its range.")
    return TextSet(name, texts, scale, _prose(described.get("prompt")), _prose(described.get("rubric")),
                   skipped.get(name, 0))  # fmt: skip


def _prose(value: object) -> str:
    """A prompt or rubric as text: strings as they are, anything else by its strings."""
    if isinstance(value, Mapping):
        return "\n".join(filter(None, (_prose(part) for part in value.values())))
    if isinstance(value, list):
        return "\n".join(filter(None, (_prose(part) for part in value)))
    return "" if value is None else str(value)
