"""Transcripts whose topics and next steps are known.

Of each kind every other transcript chooses thresholds; the rest report, and choose nothing. A transcript begins with
``# kind | keys of its skills``; T is the tutor, S the student, and a line that says what comes next ends with §.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from tutoring.enums import Speaker
from tutoring.transcripts import Line

FILE: Final = Path(__file__).parent / "transcripts.txt"
MARK: Final = "§"
SPEAKERS: Final = {"T": Speaker.TUTOR, "S": Speaker.STUDENT}
KINDS: Final = ("one", "two", "named", "small_talk", "language", "hostile")

Half = Literal["choose", "report"]


@dataclass(frozen=True, slots=True)
class Case:
    """A transcript, the keys of the skills worked on, and the numbers of the lines that say what comes next."""

    kind: str
    half: Half
    lines: tuple[Line, ...]
    topics: frozenset[str]
    steps: frozenset[int]


def read(path: Path = FILE) -> Sequence[Case]:
    """Return the transcripts of a file. Raises ValueError: if it is not of the form, or holds none."""
    met: Counter[str] = Counter()
    cases = []
    for block in re.split(r"^# ", path.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]:
        head, *rows = block.strip().splitlines()
        kind, _, keys = (part.strip() for part in head.partition("|"))
        if kind not in KINDS:
            raise ValueError(f"{kind} is no kind of transcript.")
        half: Half = "report" if met[kind] % 2 else "choose"
        met[kind] += 1
        lines = tuple(
            Line(number, _speaker(row), row[2:].strip().removesuffix(MARK).strip())
            for number, row in enumerate(rows, start=1)
        )
        cases.append(
            Case(
                kind,
                half,
                lines,
                frozenset(key.strip() for key in keys.split(",") if key.strip()),
                frozenset(number for number, row in enumerate(rows, start=1) if row.endswith(MARK)),
            )
        )
    if not cases:
        raise ValueError(f"{path} holds no transcript: each begins with “# kind | keys of its skills”.")
    return cases


def _speaker(row: str) -> Speaker:
    if row[:1] not in SPEAKERS:
        raise ValueError(f"“{row}” is said by neither T nor S.")
    return SPEAKERS[row[:1]]
