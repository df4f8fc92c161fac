"""How near an item comes to others and to skills, by the vectors of an embedder and by the words they share.

Thresholds stand between what is wanted and what is not, as measured on the items that come along
(`manage.py practice check-drafts`).
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from microcred.ai.base import Vectors
from practice.drafting.checks import Result

#: From this cosine on two items ask the same. Between two of the bank it is .72 at most, two near siblings.
SAME_ITEM: Final = 0.78
SAME_QUESTION: Final = 0.75
#: The part of the shorter one's word sequences that two texts share, from which on one is taken from the other.
SAME_WORDS: Final = 0.5
IN_A_ROW: Final = 4
FEWEST_SEQUENCES: Final = 6
#: By how much another skill may lie nearer than the item's own: skills overlap.
OTHER_SKILL: Final = 0.18
NEAREST_ITEMS: Final = 3


@dataclass(frozen=True, slots=True)
class ExistingItem:
    """An item or a question that there is: its key, its skill (none of a question's), its text and its vector."""

    key: str
    skill: str
    text: str
    vector: Vectors


@dataclass(frozen=True)
class Surroundings:
    """All that a new item is compared with; skills by key, as vectors of what they are."""

    items: Sequence[ExistingItem]
    questions: Sequence[ExistingItem]
    skills: Mapping[str, Vectors]
    _shared: dict[str, frozenset[tuple[str, ...]]] = field(default_factory=dict)

    def checked(self, *, skill: str, text: str, vector: Vectors, but: str = "") -> list[Result]:
        """Check an item of a skill against all others but the one of the key ``but``, which it is itself."""
        items = [one for one in self.items if one.key != but]
        return [
            Result("new_in_bank", tuple(self._same(text, vector, items, "item", SAME_ITEM))),
            Result(
                "not_in_assessments",
                tuple(self._same(text, vector, self.questions, "question", SAME_QUESTION)),
            ),
            Result("about_its_skill", tuple(self._strays(skill, vector, items))),
        ]

    def _same(
        self, text: str, vector: Vectors, others: Sequence[ExistingItem], what: str, threshold: float
    ) -> Iterable[str]:
        if not others:
            return
        near = np.stack([one.vector for one in others]) @ vector
        nearest = int(near.argmax())
        if near[nearest] >= threshold:
            yield f"asks the same as the {what} {others[nearest].key} (nearness {near[nearest]:.2f})"
        own = sequences(text)
        for one in others:
            theirs = self._shared.setdefault(one.key, sequences(one.text))
            shorter = min(len(own), len(theirs))
            if shorter >= FEWEST_SEQUENCES and len(own & theirs) / shorter >= SAME_WORDS:
                yield f"shares most of its words with the {what} {one.key}"

    def _strays(self, skill: str, vector: Vectors, items: Sequence[ExistingItem]) -> Iterable[str]:
        """A skill is as near as the mean of its description and its three nearest items."""
        stands = {key: self._nearness(key, vector, items) for key in self.skills}
        nearest = max(stands, key=lambda key: stands[key])
        if stands[nearest] - stands[skill] > OTHER_SKILL:
            yield f"is nearer to the skill {nearest} ({stands[nearest]:.2f}) than to {skill} ({stands[skill]:.2f})"

    def _nearness(self, skill: str, vector: Vectors, items: Sequence[ExistingItem]) -> float:
        described = float(self.skills[skill] @ vector)
        near = sorted((float(one.vector @ vector) for one in items if one.skill == skill), reverse=True)
        return (described + float(np.mean(near[:NEAREST_ITEMS]))) / 2 if near else described


def told(content: Mapping[str, Any]) -> str:
    """Return what is compared of an item or a question: what is asked, and between what."""
    return "\n".join([content["prompt"], *(one["text"] for one in content.get("choices") or ())])


def sequences(text: str) -> frozenset[tuple[str, ...]]:
    """Return the sequences of so many words in a row of a text."""
    words = re.findall(r"\w+", text.lower())
    return frozenset(tuple(words[at : at + IN_A_ROW]) for at in range(len(words) - IN_A_ROW + 1))
