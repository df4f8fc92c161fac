"""Tells what a question bank is written in, whatever it is called and however it is encoded."""

import pytest

from catalog.importing.banks.question import BankInvalid, BankQuestion
from catalog.importing.banks.reading import FORMATS, read_bank

GIFT = "Is “a” a letter? {T}\r\n\r\nHow many are there? {#26}\r\n"
AIKEN = "Which is one?\nA. a\nB. 1\nANSWER: A\n"
MOODLE = (
    "<?xml version='1.0'?><quiz><question type='truefalse'><name><text>Ä</text></name>"
    "<questiontext><text>Is ä a letter?</text></questiontext>"
    "<answer fraction='100'><text>true</text></answer><answer fraction='0'><text>false</text></answer>"
    "</question></quiz>"
)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_text_is_read_as_its_editor_wrote_it(encoding: str) -> None:
    bank = read_bank(GIFT.encode(encoding), name="quiz.txt")

    assert bank.format == "GIFT"
    assert [entry.prompt for entry in bank.entries if isinstance(entry, BankQuestion)] == [
        "Is “a” a letter?",
        "How many are there?",
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_xml_is_read_in_its_encoding(encoding: str) -> None:
    bank = read_bank(MOODLE.encode(encoding), name="quiz.xml")

    (question,) = bank.entries
    assert isinstance(question, BankQuestion)
    assert (bank.format, question.name, question.prompt) == ("Moodle XML", "Ä", "Is ä a letter?")


def test_text_without_braces_is_read_as_aiken() -> None:
    assert read_bank(AIKEN.encode(), name="quiz.txt").format == "Aiken"


def test_gift_may_begin_with_markup() -> None:
    assert read_bank(b"<p>Is it?</p> {T}", name="quiz.gift").format == "GIFT"


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        (
            "<?xml version='1.0'?><manifest><!-- {} --></manifest>",
            "The file only lists what is in a package: choose the package itself, the zip or imscc file.",
        ),
        (
            "<!DOCTYPE html><html><style>p {}</style></html>",
            f"The file is XML or a web page, but no question bank. Files are read that are {FORMATS}.",
        ),
        (
            "Question,Answer\nIs it?,yes\n",
            f"There is no question in the file. Files are read that are {FORMATS}.",
        ),
    ],
    ids=["a manifest", "a web page", "a table"],
)
def test_what_is_no_bank_is_not_taken_for_gift(text: str, refusal: str) -> None:
    with pytest.raises(BankInvalid) as refused:
        read_bank(text.encode(), name="file")

    assert str(refused.value) == refusal
