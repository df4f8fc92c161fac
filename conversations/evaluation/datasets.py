"""Questions whose right answers are known.

Of each kind every other question chooses thresholds; the rest report, and choose nothing.
"""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

FILE: Final = Path(__file__).parent / "questions.json"

Kind = Literal["answerable", "follow_up", "new_topic", "ambiguous", "out_of_scope"]
Half = Literal["choose", "report"]


@dataclass(frozen=True, slots=True)
class Case:
    """A question, what was asked before it (the latest last), and the keys of the credentials one of which answers.

    Where it asks for what a certain section says, ``section`` is its number in the document, from 1.
    """

    kind: Kind
    question: str
    earlier: tuple[str, ...]
    right: frozenset[str]
    half: Half
    section: int | None = None


def read(path: Path = FILE) -> Sequence[Case]:
    """Return the questions of a file. Raises ValueError: if it is not of the form, or holds none."""
    try:
        cases = _cases(json.loads(path.read_text(encoding="utf-8")))
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError(f"{path} is no file of questions ({type(error).__name__}).") from error
    if not cases:
        raise ValueError(f"{path} holds no question.")
    return cases


def _cases(rows: Sequence[dict[str, Any]]) -> Sequence[Case]:
    met: Counter[str] = Counter()
    cases = []
    for row in rows:
        half: Half = "report" if met[row["kind"]] % 2 else "choose"
        met[row["kind"]] += 1
        cases.append(
            Case(
                row["kind"],
                row["question"],
                tuple(row.get("earlier", ())),
                frozenset(row["right"]),
                half,
                row.get("section"),
            )
        )
    return cases
