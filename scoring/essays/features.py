"""What can be read off an essay's form: how much there is and how it is put together.

All figures are in [0, 1]. They say nothing of content; `scoring.essays.local` gives them a
quarter of the weight.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from scoring.essays.language import broken_share, connectives, diversity
from scoring.essays.task import EssayTask
from scoring.essays.text import Span, words

USUAL_WORDS: Final = 150
ENOUGH_SENTENCES: Final = 6
ENOUGH_CONNECTIVES_PER_SENTENCE: Final = 0.6
BROKEN: Final = 0.15


@dataclass(frozen=True, slots=True)
class Form:
    """The form of one essay.

    `asked` is the length against the number of words asked for (1 when reached), `length`
    against that of a full answer. `organisation` joins sentences, connectives, variety of
    words and length of sentences. `disordered` means that the words stand in an order no
    English sentence has.
    """

    words: int
    asked: float
    length: float
    organisation: float
    disordered: bool


def read_form(task: EssayTask, own: Sequence[Span]) -> Form:
    """The form of the student's own sentences."""
    text = "\n".join(span.text for span in own)
    tokens = words(text)
    broken = broken_share(text) if task.language == "en" else None
    return Form(
        words=len(tokens),
        asked=min(1.0, len(tokens) / task.min_words) if task.min_words else 1.0,
        length=min(1.0, len(tokens) / full_length(task)),
        organisation=_organisation(text, tokens, len(own)),
        disordered=broken is not None and broken > BROKEN,
    )


def full_length(task: EssayTask) -> float:
    """The words of a full answer: 40 % of the way from the least to the most asked for,
    twice the least without a most, 150 without either."""
    if task.min_words and task.max_words:
        return task.min_words + 0.4 * (task.max_words - task.min_words)
    return 2.0 * task.min_words if task.min_words else float(USUAL_WORDS)


def scaled(value: float, low: float, high: float) -> float:
    """`value` on the scale where `low` is 0 and `high` is 1, kept inside [0, 1]."""
    return min(1.0, max(0.0, (value - low) / (high - low)))


def _organisation(text: str, tokens: Sequence[str], count: int) -> float:
    if not count or not tokens:
        return 0.0
    mean_length = len(tokens) / count
    parts = (
        min(1.0, count / ENOUGH_SENTENCES),
        min(1.0, connectives(text) / count / ENOUGH_CONNECTIVES_PER_SENTENCE),
        scaled(diversity(tokens), 0.55, 0.8),
        scaled(mean_length, 3, 9) * (1 - scaled(mean_length, 35, 70)),
    )
    return sum(parts) / len(parts)
