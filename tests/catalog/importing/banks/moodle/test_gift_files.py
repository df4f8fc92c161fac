"""Every file of another project's GIFT parser, compared with what that project reads in it."""

import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from catalog.importing.banks.markup import plain
from catalog.importing.banks.moodle.gift import read_gift
from catalog.importing.banks.moodle.marks import credit
from catalog.importing.banks.question import (
    BankInvalid,
    BankQuestion,
    ChoiceTask,
    EssayItemTask,
    LeftOut,
    MatchingTask,
    NumericTask,
    Option,
    Range,
    ShortTextTask,
)

FILES = sorted((Path(__file__).parent / "gift").glob("*.gift"))
PARSES = {
    file.stem: [one for one in json.loads(file.with_suffix(".json").read_text()) if one["type"] != "Category"]
    for file in FILES
}


def shown(written: dict[str, str] | None) -> str:
    """A text of the parse as a reader would see it; that project keeps HTML, and a space behind a blank."""
    if written is None:
        return ""
    text = plain(written["text"]).text if written["format"] == "html" else written["text"]
    return flat(text.replace("_____ .", "_____."))


def flat(text: str) -> str:
    """That project joins lines, except those of Markdown."""
    return " ".join(text.split())


def part(choice: dict[str, Any]) -> Decimal:
    weight = choice["weight"]
    return Decimal(bool(choice["isCorrect"])) if weight is None else credit(Decimal(str(weight)))


def limits(stated: dict[str, Any]) -> tuple[Decimal, Decimal]:
    numbers = {name: Decimal(str(value)) for name, value in stated.items() if name != "type"}
    if stated["type"] == "high-low":
        return numbers["numberLow"], numbers["numberHigh"]
    near = numbers.get("range", Decimal(0))
    return numbers["number"] - near, numbers["number"] + near


def ranges(stated: dict[str, Any] | list[dict[str, Any]]) -> Iterator[Range]:
    if isinstance(stated, dict):
        yield Range(*limits(stated))
        return
    for one in stated:
        if one["isCorrect"] and part(one) > 0:
            yield Range(*limits(one["text"]), part(one))


def judged(one: dict[str, Any]) -> tuple[Option, ...]:
    """Moodle says the first feedback to whoever is wrong; that project takes it for what is said to “true”."""
    first, second = shown(one["trueFeedback"]), shown(one["falseFeedback"])
    when_true, when_false = (second, first) if one["isTrue"] else (first, second)
    return Option("True", Decimal(one["isTrue"]), when_true), Option(
        "False", Decimal(not one["isTrue"]), when_false
    )


def expected(one: dict[str, Any]) -> Any:
    match one["type"]:
        case "TF":
            return judged(one)
        case "MC":
            return tuple(Option(shown(c["text"]), part(c), shown(c["feedback"])) for c in one["choices"])
        case "Short":
            return tuple((shown(c["text"]), part(c)) for c in one["choices"] if part(c) > 0)
        case "Numerical":
            return tuple(ranges(one["choices"]))
        case "Matching":
            return tuple((shown(p["subquestion"]), p["subanswer"]) for p in one["matchPairs"])
        case _:
            return None


def read(question: BankQuestion | LeftOut) -> Any:
    match question:
        case BankQuestion(task=ChoiceTask(options=options)):
            return tuple(Option(flat(one.text), one.credit, flat(one.feedback)) for one in options)
        case BankQuestion(task=ShortTextTask(accepted=accepted)):
            return tuple((flat(one.text), one.credit) for one in accepted)
        case BankQuestion(task=NumericTask(ranges=found)):
            return found
        case BankQuestion(task=MatchingTask(pairs=pairs, others=others)):
            return (*pairs, *(("", other) for other in others))
        case _:
            return None


KINDS = {
    "TF": ChoiceTask,
    "MC": ChoiceTask,
    "Short": ShortTextTask,
    "Numerical": NumericTask,
    "Matching": MatchingTask,
    "Essay": EssayItemTask,
}


def test_all_files_are_here() -> None:
    assert len(FILES) == 51
    assert sum(map(len, PARSES.values())) == 100


@pytest.mark.parametrize("file", [file for file in FILES if PARSES[file.stem]], ids=lambda file: file.stem)
def test_a_file_is_read_as_its_parse_says(file: Path) -> None:
    parse = PARSES[file.stem]

    entries = read_gift(file.read_text()).entries

    assert len(entries) == len(parse)
    for entry, one in zip(entries, parse, strict=True):
        assert entry.name == (one["title"] or one["id"] or "")
        if one["type"] == "Description":
            assert isinstance(entry, LeftOut)
            assert entry.reason == "It is a text without a question."
            continue
        assert isinstance(entry, BankQuestion)
        assert isinstance(entry.task, KINDS[one["type"]])
        assert flat(entry.prompt) == shown(one["stem"])
        assert flat(entry.feedback) == shown(one["globalFeedback"])
        assert read(entry) == expected(one)
        said = [note for note in entry.notes if note.startswith("tags")]
        assert said == ([f"tags are left out: {', '.join(one['tags'])}"] if one["tags"] else [])


@pytest.mark.parametrize("name", ["category1", "categorySpecialCharacter"])
def test_a_category_is_where_the_next_questions_stand(name: str) -> None:
    file = Path(__file__).parent / "gift" / f"{name}.gift"
    [category] = json.loads(file.with_suffix(".json").read_text())

    [question] = read_gift(f"{file.read_text()}\nIs it?{{T}}\n").entries

    assert question.place == f"line 3, {category['title']}"
    with pytest.raises(BankInvalid, match="no question"):
        read_gift(file.read_text())
