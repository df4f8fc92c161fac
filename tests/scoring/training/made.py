"""Generated answers whose quality is known, and an encoder that needs no model."""

import random
import re
import zlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from scoring.training.dataset import Scale, ScoredText, TextSet
from scoring.training.encoder import INNER_LAYERS
from scoring.training.prose import read_prose

PROMPT = "Should the town library open on Sundays? Give your reasons and say how it could be tried out."
SUBJECT = [
    "library",
    "readers",
    "Sunday",
    "staff",
    "opening",
    "hours",
    "families",
    "students",
    "books",
    "quiet",
    "rooms",
    "heating",
    "wages",
    "budget",
    "council",
    "volunteers",
    "visitors",
    "weekend",
    "demand",
    "survey",
    "trial",
    "figures",
    "evening",
    "neighbours",
    "parking",
]
OTHER_SUBJECT = [
    "volcano",
    "magma",
    "crater",
    "ash",
    "eruption",
    "lava",
    "crust",
    "mantle",
    "plates",
    "gas",
    "pressure",
    "rock",
    "basalt",
    "plume",
    "island",
    "ocean",
    "geologist",
    "summit",
    "vent",
    "cinder",
    "tremor",
    "fissure",
    "sulphur",
    "glacier",
]
SUBJECTS = [
    SUBJECT,
    re.findall(r"\w+", "volcano magma crater ash eruption lava crust mantle plates gas pressure rock basalt"),
    re.findall(
        r"\w+", "violin orchestra concert melody rhythm chorus drum flute opera singer audience stage"
    ),
    re.findall(
        r"\w+", "harbour ferry sailor anchor lighthouse tide cargo captain mast rope pier crew voyage"
    ),
    re.findall(r"\w+", "orchard apple blossom harvest cider ladder basket bees pruning frost barrel soil"),
]
OPENINGS = ["Because", "Although", "However,", "For example,", "Therefore", "In addition,", "When", "If"]
JOINS = ["the", "a", "our", "many", "some", "their"]
VERBS = ["needs", "brings", "costs", "helps", "changes", "supports", "requires", "reaches"]
SLIPS = ["teh", "becuase", "librery", "peple", "shoud", "alot", "thier", "wich"]


def answer(quality: float, seed: int, subject: Sequence[str] = SUBJECT) -> str:
    """An answer that is longer, more varied and freer of slips the higher `quality` (0 to 1)."""
    draw = random.Random(seed)
    known = subject[: 6 + round(quality * (len(subject) - 6))]
    sentences = []
    for _ in range(3 + round(9 * quality + draw.random() * 2)):
        words = [draw.choice(OPENINGS)] if draw.random() < quality else ["I think"]
        for _ in range(2 + round(2 * quality)):
            words += [draw.choice(JOINS), draw.choice(known), draw.choice(VERBS)]
        words += [draw.choice(JOINS), draw.choice(known)]
        if draw.random() > quality:
            words.insert(2, draw.choice(SLIPS))
        sentences.append(" ".join(words) + ".")
    return " ".join(sentences)


def prompt_of(subject: Sequence[str]) -> str:
    """What is asked of answers on a subject."""
    return f"Write about the {subject[0]}, the {subject[1]} and the {subject[2]}, and give your reasons."


def made_set(
    count: int,
    *,
    name: str = "1",
    high: int = 4,
    seed: int = 0,
    raters: bool = False,
    subject: Sequence[str] = SUBJECT,
) -> TextSet:
    """A set scored from 0 to `high` by the quality its answers were made with."""
    draw = random.Random(seed)
    texts = []
    for at in range(count):
        quality = draw.random()
        score = float(round(quality * high))
        second = min(float(high), score + (draw.random() < 0.2)) if raters else None
        texts.append(
            ScoredText(answer(quality, seed * 10_000 + at, subject), score, score if raters else None, second)
        )
    prompt = PROMPT if subject is SUBJECT else prompt_of(subject)
    return TextSet(name, texts, Scale(0.0, float(high), 1.0), prompt)


class HashedEncoder:
    """Hashed word counts in place of MiniLM: alike where words are shared."""

    name = "hashed"
    width = 384

    def __init__(self) -> None:
        self.read: list[str] = []

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit rows, then three hashed views of word endings."""
        self.read += texts
        return np.array([self._row(text) for text in texts], np.float32).reshape(
            len(texts), (INNER_LAYERS + 1) * self.width
        )

    def ranks(self) -> dict[str, int]:
        """Every word the generator spells rightly."""
        known = [
            *SUBJECT,
            *OTHER_SUBJECT,
            *JOINS,
            *VERBS,
            *["because", "although", "however", "for", "example", "in", "if", "i"],
        ]
        return {word.lower(): rank for rank, word in enumerate(known)}

    def _row(self, text: str) -> NDArray[np.float64]:
        rows = np.zeros((INNER_LAYERS + 1, self.width))
        for word in read_prose(text).words:
            if word.capitalize() in JOINS or word in JOINS or word in VERBS:
                continue
            for at, row in enumerate(rows):
                row[zlib.crc32(f"{at}{word}".encode()) % self.width] += 1
        rows[0, 0] += 1e-3
        return np.concatenate(
            [rows[0] / np.sqrt(rows[0] @ rows[0]), *(row / (1 + row.sum()) for row in rows[1:])]
        )
