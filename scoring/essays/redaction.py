"""What identifies a person is replaced before an answer leaves for a provider, and found again afterwards.

Names, e-mail addresses, phone numbers, addresses of profiles and identity numbers become
placeholders such as ``[NAME_1]``; the same thing is the same placeholder throughout one
answer. What is sought is sought in a folded form of the answer (without regard to case,
accents, width and invisible characters), so that a disguised address is one too. Offsets
into the redacted text are turned back into offsets into the answer exactly.
"""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from scoring.essays.identity import Identity, Kind, found_names
from scoring.essays.spellings import bare
from scoring.essays.text import Folded, is_invisible

_PATTERNS: Final[tuple[tuple[Kind, re.Pattern[str]], ...]] = (
    ("URL", re.compile(r"[a-z][a-z0-9+.-]{1,20}://[^\s/@]{1,200}@[^\s)>\]]{1,500}")),
    (
        "URL",
        re.compile(
            r"(?:https?://)?(?:[a-z]{2,3}\.)?(?:linkedin\.com/in|(?:github|gitlab|facebook|instagram|twitter|"
            r"tiktok|x)\.com|t\.me)/[^\s/?#)>\],;]{2,200}|https?://[^\s/]{1,200}/~[^\s/?#)>\],;]{1,200}"
        ),
    ),
    (
        "EMAIL",
        re.compile(
            r"[^\s@<>()\[\],;:\"]{1,64}(?:@| ?[(\[] ?at ?[)\]] ?)"
            r"(?:[^\s@<>()\[\],;:\"/.]{1,63}(?:\.| ?[(\[] ?dot ?[)\]] ?)){1,20}[^\W\d_]{2,24}"
        ),
    ),
    ("ID", re.compile(r"(?<![0-9a-z])[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}(?![0-9a-z])")),
    ("ID", re.compile(r"(?<![\w-])\d{3}-\d{2}-\d{4}(?![\w-])")),
    ("PHONE", re.compile(r"(?<!\w)\+\d[\d ().\-/]{5,18}\d(?!\d)")),
    ("PHONE", re.compile(r"(?<![\w.,])00[1-9][\d ().\-/]{6,16}\d(?!\d)")),
    (
        "PHONE",
        re.compile(
            r"(?<![\w.,])(?!\d\d?[./-]\d\d?[./-]\d{2,4}(?!\d))"  # a date
            r"\(?0\d{1,5}\)?[ .\-/](?=(?:\D?\d){6})\d[\d .\-/]{3,12}\d(?!\d)"
        ),
    ),
    ("PHONE", re.compile(r"(?<![\w.,])\(?[2-9]\d\d\)?[ .\-]{1,2}[2-9]\d\d[ .\-]\d{4}(?!\d)")),
    (
        "PHONE",
        re.compile(
            r"(?<!\w)(?:tel|telephone|phone|mobile|cell|fax|whatsapp|call|text|ring)(?: (?:me|us))?"
            r"(?: (?:number|no))?(?: (?:is|at|on|under))?[ .:]{1,3}(?P<found>\+?\(?\d[\d ().\-/]{4,18}\d)(?!\d)"
        ),
    ),
    (
        "ID",
        re.compile(
            r"(?<!\w)(?:student|matriculation|enrol?lment|candidate|registration|passport|personnel|employee|"
            r"account) ?(?:id|no|nr|number|card)?[ .:#=]{1,3}(?:is )?(?P<found>[a-z]{0,4}[-_/]?\d[\w/-]{2,20})"
        ),
    ),
    ("ID", re.compile(r"(?<![\w.,])(?!(?:1\d{3}|20\d\d)[ -])\d{4}(?:[ -]\d{4}){2,4}(?!\w)")),
    ("ID", re.compile(r"(?<!\w)[a-z]{1,5}[-_/]?\d{5,}(?!\w)")),
    ("ID", re.compile(r"(?<![\d.,])\d{7,}(?!\d)")),
)
_PLACEHOLDER = re.compile(r"\[(?:NAME|EMAIL|PHONE|URL|ID)_\d+\]")


@dataclass(frozen=True, slots=True)
class Replacement:
    """``answer[start:end]`` became `placeholder`, which begins at character `at` of the redacted text."""

    kind: Kind
    placeholder: str
    start: int
    end: int
    at: int

    @property
    def stop(self) -> int:
        """Where the placeholder ends in the redacted text."""
        return self.at + len(self.placeholder)


@dataclass(frozen=True, slots=True)
class Redacted:
    """An answer and the form of it that may leave; `replacements` are in order."""

    original: str
    text: str
    replacements: tuple[Replacement, ...]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The stretch of the answer that ``text[start:end]`` stands for; a placeholder that is
        touched counts as a whole."""
        return self._origin(start, "start"), self._origin(end, "end")

    def restore(self, said: str) -> str:
        """`said` with every placeholder of this answer replaced by what it stands for."""
        meant = {one.placeholder: self.original[one.start : one.end] for one in reversed(self.replacements)}
        return _PLACEHOLDER.sub(lambda found: meant.get(found[0], found[0]), said)

    def counts(self) -> dict[str, int]:
        """How many different things of each kind were replaced."""
        kinds = sorted({(one.kind, one.placeholder) for one in self.replacements})
        return {kind: sum(1 for other, _ in kinds if other == kind) for kind, _ in kinds}

    def _origin(self, place: int, edge: Literal["start", "end"]) -> int:
        before = bisect_right([one.at for one in self.replacements], place) - 1
        if before < 0:
            return place
        one = self.replacements[before]
        if place >= one.stop:
            return one.end + place - one.stop
        return one.start if edge == "start" or place == one.at else one.end


Redact = Callable[[str], Redacted]


def redact(answer: str, identity: Identity | None = None) -> Redacted:
    """Replace what identifies a person in `answer`; `identity` says who wrote it.

    Offsets are those of the answer. Numbers that the answer already uses in such a placeholder
    are passed over, so that a placeholder never means two things.
    """
    spans = _without_overlaps(_sought(answer, identity or Identity()))
    named: dict[tuple[Kind, str], str] = {}
    taken = {found.upper() for found in _PLACEHOLDER.findall(answer.upper())}
    parts: list[str] = []
    made: list[Replacement] = []
    at = done = 0
    for kind, start, end in spans:
        key = (kind, bare(answer[start:end]).text)
        if key not in named:
            named[key] = _next_placeholder(kind, taken)
            taken.add(named[key])
        at += start - done
        parts += [answer[done:start], named[key]]
        made.append(Replacement(kind, named[key], start, end, at))
        at += len(named[key])
        done = end
    return Redacted(answer, "".join([*parts, answer[done:]]), tuple(made))


def _next_placeholder(kind: Kind, taken: set[str]) -> str:
    number = 1
    while f"[{kind}_{number}]" in taken:
        number += 1
    return f"[{kind}_{number}]"


def _sought(answer: str, identity: Identity) -> Iterator[tuple[Kind, int, int]]:
    plain = bare(answer)
    for kind, pattern in _PATTERNS:
        group = "found" if "found" in pattern.groupindex else 0
        for match in pattern.finditer(plain.text):
            yield kind, *_stretch(answer, plain, match.start(group), match.end(group))
    for kind, start, end in found_names(plain, answer, identity):
        yield kind, *_stretch(answer, plain, start, end)


def _stretch(answer: str, plain: Folded, start: int, end: int) -> tuple[int, int]:
    first, last = plain.origin[start], plain.origin[end - 1] + 1
    # Accents and invisible characters that follow the last letter belong to it.
    while last < len(answer) and (unicodedata.combining(answer[last]) or is_invisible(answer[last])):
        last += 1
    return first, last


def _without_overlaps(found: Iterable[tuple[Kind, int, int]]) -> Sequence[tuple[Kind, int, int]]:
    """What was found, in order; where two overlap, the first kind stands for both."""
    kept: list[tuple[Kind, int, int]] = []
    for kind, start, end in sorted(found, key=lambda one: (one[1], -one[2])):
        if kept and start < kept[-1][2]:
            first = kept.pop()
            kind, start, end = first[0], first[1], max(first[2], end)
        kept.append((kind, start, end))
    return kept
