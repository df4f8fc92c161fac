"""Choosing the sentences that say what a learner is looking for, and not what any course says of itself.

Every sentence of a credential's passages is a candidate; headings, of which a document may consist, are none.
Sentences that steer their reader come last, then those of sections about audience and assessment, then those too short
to say anything. Of the rest the one whose vector is nearest to the need's counts, by cosine in steps of .02, so that
what is as good as equal is decided by how many words it shares with the need, and after that by which passage is
nearer. Without vectors the words decide alone.
"""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from recommendations.chunking import sentences
from recommendations.citing import STEERING, stems

MAX_QUOTE_WORDS: Final = 45
LEAST_WORDS: Final = 4
HEADING: Final = re.compile(r"#{1,6}\s")
# The passages of a catalog come up again with every student.
MOST_KEPT: Final = 4096
STEP: Final = 0.02
ASIDE: Final = re.compile(
    r"\b(?:whom?|audience|knowledge|prerequisites?|before|assess\w*|exam\w*|evidence|earn|fits|benefits)\b",
    re.IGNORECASE,
)
# What any course says of itself.
DULL: Final = re.compile(
    r"^(?:welcome|this (?:course|credential|programme|program|certificate) (?:is|was|has|consists|takes|lasts)"
    r"|in this (?:course|credential|module)|enrol|register|by the end"
    r"|the (?:course|programme) (?:is|lasts|takes|consists))\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Saying:
    """A sentence of a passage: which passage (from 0), the heading above, and what it says, at most 45 words; a longer
    one ``is_cut``."""

    place: int
    heading: str
    text: str
    is_cut: bool = False


def sayings(passages: Sequence[tuple[str, str]]) -> list[Saying]:
    """Return the sentences of passages, given as headings and texts, in order; each stands there as it is."""
    return [
        Saying(place, heading, said, is_cut)
        for place, (heading, text) in enumerate(passages)
        for said, is_cut in _sentences_of(text)
    ]


def best(
    candidates: Sequence[Saying],
    subject: str,
    *,
    nearness: Mapping[str, float] | None = None,
    without: Collection[str] = (),
    accept: Callable[[Saying], bool] = lambda _: True,
) -> Saying | None:
    """Return the sentence that says most about ``subject``; None where none is left.

    ``nearness`` gives the cosine of sentences to the need; ``without`` are sentences used already, and what ``accept``
    refuses is passed over. It is asked from the best on, until it has accepted one.
    """
    wanted, near = stems(subject), nearness or {}

    def worth(one: Saying) -> tuple[bool, bool, bool, int, int, int]:
        steers, says = _merits(one.text)
        return (
            not steers,
            ASIDE.search(one.heading) is None,
            says,
            round(near.get(one.text, 0.0) / STEP),
            len(wanted & stems(one.text)),
            -one.place,
        )

    left = [one for one in candidates if one.text not in without]
    return next(filter(accept, sorted(left, key=worth, reverse=True)), None)


@lru_cache(maxsize=MOST_KEPT)
def _merits(text: str) -> tuple[bool, bool]:
    """Whether a sentence steers its reader, and whether it says something."""
    is_long = len(text.split()) >= LEAST_WORDS
    return STEERING.search(text) is not None, is_long and DULL.search(text) is None


@lru_cache(maxsize=MOST_KEPT)
def _sentences_of(text: str) -> tuple[tuple[str, bool], ...]:
    said = (text[span.start : span.end] for span in sentences(text))
    return tuple(_shortened(one) for one in said if not HEADING.match(one))


def _shortened(sentence: str) -> tuple[str, bool]:
    parts = sentence.split(maxsplit=MAX_QUOTE_WORDS)
    if len(parts) <= MAX_QUOTE_WORDS:
        return sentence, False
    return sentence[: len(sentence) - len(parts[-1])].rstrip(" \t\n,;:–—-"), True
