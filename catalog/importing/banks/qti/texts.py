"""What readers of question files share: why a question is not taken over, its texts, and what of them is lost."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from catalog.importing.banks.markup import plain
from catalog.importing.banks.question import WHOLE, Option, UnsupportedQuestion

MAX_OPTIONS: Final = 100
GAP: Final = "_____"
NO_KEY: Final = "Its right answer is not given."


@dataclass
class Texts:
    """Reads the texts of one question; ``notes`` names what they and its other parts lose."""

    notes: list[str] = field(default_factory=list)

    def shown(self, marked_up: str) -> str:
        """Return the text that a reader of the HTML would read."""
        read = plain(marked_up)
        self.note(*read.notes)
        return read.text.strip()

    def is_blank(self, marked_up: str) -> bool:
        """Whether the HTML shows nothing at all, not even a picture."""
        read = plain(marked_up)
        return not read.text.strip() and not read.lost

    def note(self, *notes: str) -> None:
        """Add what is not said yet."""
        self.notes.extend(dict.fromkeys(note for note in notes if note not in self.notes))


def needed(text: str, what: str) -> str:
    """Return ``text``; raise NotTaken where ``what`` it is would be empty."""
    if not text:
        raise UnsupportedQuestion(f"{what} has no text; pictures alone are not taken over.")
    return text


def options(texts: Iterable[str], credits_: Iterable[Decimal], feedback: Iterable[str]) -> tuple[Option, ...]:
    """Return the options to choose from; raise NotTaken unless there are 2 to ``MAX_OPTIONS``, one of them right."""
    found = tuple(
        Option(needed(text, "An option"), credit, said)
        for text, credit, said in zip(texts, credits_, feedback, strict=True)
    )
    if len(found) < 2:
        raise UnsupportedQuestion("It has fewer than two options.")
    if len(found) > MAX_OPTIONS:
        raise UnsupportedQuestion(f"It has more than {MAX_OPTIONS} options.")
    if not any(option.credit > 0 for option in found):
        raise UnsupportedQuestion(NO_KEY)
    return found


def parts_of(points: Iterable[Decimal], most: Decimal) -> list[Decimal]:
    """Return which part of ``most`` points each number of points is; raise NotTaken unless ``most`` is above zero."""
    if most <= 0:
        raise UnsupportedQuestion(NO_KEY)
    return [WHOLE if given == most else given / most if given else Decimal(0) for given in points]


def weight_of(points: Decimal | None, texts: Texts) -> Decimal:
    """Return what a question counts: its points, or one where it has none, which is noted."""
    if points is None:
        return WHOLE
    if points <= 0:
        texts.note("it gives no points there, and counts as one here")
        return WHOLE
    return points


def joined(*texts: str) -> str:
    """Return the texts that say something, each once, as paragraphs."""
    return "\n\n".join(dict.fromkeys(text for text in texts if text))


def cleaned(name: str) -> str:
    """Return a name as it may be shown: in one line, without control characters, at most 120 characters."""
    return "".join(sign if sign.isprintable() else " " for sign in name[:1_000]).strip()[:120]
