"""Aiken, the simplest of the text formats that Moodle takes (docs.moodle.org, "Aiken format")."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from catalog.importing.banks.moodle import checked
from catalog.importing.banks.moodle.gathering import gathered, refuse_binary
from catalog.importing.banks.question import Bank, BankQuestion, LeftOut, Option, UnsupportedQuestion

_LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_RIGHT: Final = "ANSWER:"


def read_aiken(text: str) -> Bank:
    """Return the questions of an Aiken file; what cannot be read of it is left out, with its line.

    A question may have several lines before its options, which are lettered from A on.

    Raises:
        BankInvalid: there is nothing to read in it, or too much.
    """
    refuse_binary(text)
    return gathered("Aiken", _entries(text))


class _Draft:
    """A question as far as its lines are read."""

    def __init__(self, line: int) -> None:
        self.place = f"line {line}"
        self.prompt: list[str] = []
        self.options: list[str] = []

    def take(self, line: str) -> bool:
        """Take a line as text or as the next option; refuse what stands after options and is none of them."""
        if len(self.options) < len(_LETTERS) and line.startswith(_labels(len(self.options))):
            self.options.append(line[2:].strip())
            return True
        if not self.options:
            self.prompt.append(line)
        return not self.options

    def ended(self, answer: str) -> BankQuestion | LeftOut:
        """Return the question whose right option the last line names."""
        try:
            return BankQuestion(
                self.place, "", self._asked(), checked.choice_task(self._judged(answer), several=False)
            )
        except UnsupportedQuestion as reason:
            return LeftOut(self.place, "", str(reason))

    def unended(self) -> LeftOut:
        """Return why a question without a last line is left out."""
        reason = "Its options are not followed by a line ANSWER:." if self.options else "It has no options."
        return LeftOut(self.place, "", reason)

    def _asked(self) -> str:
        if not self.prompt:
            raise UnsupportedQuestion("There is no question before its options.")
        return "\n".join(self.prompt)

    def _judged(self, answer: str) -> list[Option]:
        letter = answer.strip().upper().rstrip(".)")
        right = _LETTERS.find(letter) if len(letter) == 1 else -1
        if not 0 <= right < len(self.options):
            raise UnsupportedQuestion(
                f"The line ANSWER: names “{answer.strip()[:20]}”, which is none of its options."
            )
        return [Option(text, Decimal(place == right)) for place, text in enumerate(self.options)]


def _labels(place: int) -> tuple[str, str]:
    return f"{_LETTERS[place]}.", f"{_LETTERS[place]})"


def _entries(text: str) -> Iterator[BankQuestion | LeftOut]:
    draft: _Draft | None = None
    lines = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    for number, line in enumerate(map(str.strip, lines), start=1):
        if not line:
            continue
        draft = draft or _Draft(number)
        if line[: len(_RIGHT)].upper() == _RIGHT:
            yield draft.ended(line[len(_RIGHT) :])
            draft = None
        elif not draft.take(line):
            yield draft.unended()
            draft = _Draft(number)
            draft.take(line)
    if draft:
        yield draft.unended()
