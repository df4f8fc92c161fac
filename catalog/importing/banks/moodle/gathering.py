"""Entries of a file gathered into a bank, within the number that one file may hold."""

from collections.abc import Iterable
from itertools import islice
from typing import Final

from catalog.importing.banks.question import MAX_ENTRIES, Bank, BankInvalid, BankQuestion, LeftOut

MOST_NAME: Final = 200


def gathered(written_in: str, entries: Iterable[BankQuestion | LeftOut]) -> Bank:
    """Return the bank; no more than one entry too many is read.

    Raises:
        BankInvalid: there is no entry, or there are more than ``MAX_ENTRIES``.
    """
    found = tuple(islice(entries, MAX_ENTRIES + 1))
    if not found:
        raise BankInvalid(f"The file holds no question that is written in {written_in}.")
    if len(found) > MAX_ENTRIES:
        raise BankInvalid(f"The file holds more than {MAX_ENTRIES:,} questions: divide it.")
    return Bank(written_in, found)


def refuse_binary(text: str) -> None:
    """Raise BankInvalid where a text holds a character that no text file has."""
    if "\0" in text:
        raise BankInvalid("The file is no text file.")
