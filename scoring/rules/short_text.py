"""Short text against accepted texts and patterns, each with its credit.

Texts are compared in the form that `catalog.answer_texts` describes; a pattern has to fit that
form from end to end (`catalog.answer_patterns`). The best credit of all entries that fit is the
share; of equal ones the entry that stands first counts. An answer in which nothing can be seen
fits nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Self

from catalog.answer_patterns import AnswerPattern, compiled
from catalog.answer_texts import normal_form, readings
from scoring.rules.base import ONE, ZERO, Finding


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the key: its place from 1, its credit as share and as written, and what it accepts in words."""

    place: int
    share: Fraction
    credit: str
    shown: str
    pattern: AnswerPattern | None


@dataclass(frozen=True, slots=True)
class ShortTextRule:
    """Accepted texts by the form in which they are compared, patterns with the best credit first."""

    case_sensitive: bool
    texts: Mapping[str, Entry]
    patterns: tuple[Entry, ...]
    listed: str

    @classmethod
    def read(cls, rules: Mapping[str, Any]) -> Self:
        """Read a valid key."""
        case_sensitive = bool(rules.get("case_sensitive", False))
        entries = [
            _entry(place, accepted, case_sensitive) for place, accepted in enumerate(rules["accepted"], 1)
        ]
        by_worth = sorted(entries, key=lambda entry: -entry.share)
        texts: dict[str, Entry] = {}
        for entry in by_worth:
            if entry.pattern is None:
                text = rules["accepted"][entry.place - 1]["text"]
                texts.setdefault(normal_form(text, case_sensitive), entry)
        patterns = tuple(entry for entry in by_worth if entry.pattern is not None)
        listed = ", ".join(f"{entry.shown} ({entry.credit})" for entry in entries)
        return cls(case_sensitive, texts, patterns, listed)

    def find(self, answer: Mapping[str, Any]) -> Finding:
        """Judge a canonical ``{"text": "..."}``."""
        given = normal_form(answer["text"], self.case_sensitive)
        entry = self._best(given, answer["text"]) if given else None
        share = entry.share if entry else ZERO
        return Finding(
            share=share,
            explanation=_explanation(share),
            staff_explanation=(
                f"Accepted: {self.listed}. Compared as “{given}”: fits {entry.shown if entry else 'none'}."
            ),
            applied=self._applied(entry),
        )

    def _best(self, given: str, text: str) -> Entry | None:
        best = self.texts.get(given)
        if not self.patterns:
            return best
        forms: Sequence[str] = ()
        for entry in self.patterns:
            if best is not None and (best.share, -best.place) >= (entry.share, -entry.place):
                break
            forms = forms or readings(text, self.case_sensitive)
            if entry.pattern is not None and entry.pattern.fits(forms):
                return entry
        return best

    def _applied(self, entry: Entry | None) -> dict[str, Any]:
        applied = {
            "kind": "short_text",
            "matched": entry is not None,
            "case_sensitive": self.case_sensitive,
        }
        if entry is None:
            return applied
        by = "text" if entry.pattern is None else "pattern"
        return {**applied, "by": by, "entry": entry.place, "credit": entry.credit}


def _entry(place: int, accepted: Mapping[str, Any], case_sensitive: bool) -> Entry:
    credit = accepted.get("credit", "1")
    source = accepted.get("pattern")
    pattern = None if source is None else compiled(source, case_sensitive)
    shown = f"“{accepted['text']}”" if source is None else f"/{source}/"
    return Entry(place, Fraction(credit), credit, shown, pattern)


def _explanation(share: Fraction) -> str:
    if share == ONE:
        return "Your answer is an accepted answer."
    if share > ZERO:
        return "Your answer is accepted for part of the points."
    return "Your answer is not one of the accepted answers."
