"""GIFT as Moodle reads it, where the files of test_gift_files.py say nothing."""

from decimal import Decimal

import pytest

from catalog.importing.banks.moodle.gift import read_gift
from catalog.importing.banks.question import (
    Accepted,
    Bank,
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

D = Decimal


def question(text: str) -> BankQuestion:
    [entry] = read_gift(text).entries
    assert isinstance(entry, BankQuestion), entry
    return entry


def reason(text: str) -> str:
    [entry] = read_gift(text).entries
    assert isinstance(entry, LeftOut), entry
    return entry.reason


def test_a_file_is_read_in_its_order_and_every_entry_names_its_line() -> None:
    text = (
        "\ufeff// all about SQL\r\n$CATEGORY: $course$/SQL\r\n\r\n::Null::Is NULL = NULL true?{F}\r\n\r\n"
        "Broken {T\r\n\r\n// [id:7]\r\nWhat is it?\r\n{=a relation\r\n=a table}\r\n$CATEGORY: Joins\r\nWhy?{}\r\n"
    )

    assert read_gift(text) == Bank(
        "GIFT",
        (
            BankQuestion(
                "line 4, $course$/SQL",
                "Null",
                "Is NULL = NULL true?",
                ChoiceTask((Option("True", D(0)), Option("False", D(1)))),
            ),
            LeftOut(
                "line 6, $course$/SQL",
                "",
                "A brace is not closed, or not opened, between two empty lines.",
            ),
            BankQuestion(
                "line 9, $course$/SQL",
                "7",
                "What is it?",
                ShortTextTask((Accepted("a relation"), Accepted("a table"))),
            ),
            BankQuestion("line 13, Joins", "", "Why?", EssayItemTask()),
        ),
    )


@pytest.mark.parametrize(
    ("answers", "task"),
    [
        ("{~a =b}", ChoiceTask((Option("a", D(0)), Option("b", D(1))))),
        ("{=b ~%50%a#nearly}", ChoiceTask((Option("b", D(1)), Option("a", D("0.5"), "nearly")))),
        (
            "{~%50%a ~%50%b ~%-100%c}",
            ChoiceTask((Option("a", D("0.5")), Option("b", D("0.5")), Option("c", D(-1))), several=True),
        ),
        ("{= a\\=b ~ a\\~b\\#c \\\\n}", ChoiceTask((Option("a=b", D(1)), Option("a~b#c \\n", D(0))))),
        ("{=%100%a =%50%b*}", ShortTextTask((Accepted("a"), Accepted("b*", D("0.5"), has_wildcards=True)))),
        ("{=3 \\* 4}", ShortTextTask((Accepted("3 * 4"),))),
        ("{one}", ShortTextTask((Accepted("one"),))),
        ("{true}", ChoiceTask((Option("True", D(1)), Option("False", D(0))))),
        ("{#3:2}", NumericTask((Range(D(1), D(5)),))),
        ("{#1..5}", NumericTask((Range(D(1), D(5)),))),
        ("{#-.5e1}", NumericTask((Range(D(-5), D(-5)),))),
        ("{#=1:0 =%50%1:0.5}", NumericTask((Range(D(1), D(1)), Range(D("0.5"), D("1.5"), D("0.5"))))),
        ("{=a -> 1 =b -> 2 = -> 3 = -> 1}", MatchingTask((("a", "1"), ("b", "2")), ("3",))),
        ("{}", EssayItemTask()),
    ],
)
def test_kinds_of_answers(answers: str, task: object) -> None:
    assert question(f"What?{answers}").task == task


def test_the_first_feedback_is_for_those_who_are_wrong() -> None:
    assert question("Is it?{T#no, it is#yes####all in all}") == BankQuestion(
        "line 1", "", "Is it?", ChoiceTask((Option("True", D(1), "yes"), Option("False", D(0), "no, it is"))),
        feedback="all in all",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("written", "prompt"),
    [
        ("[html]<p>One</p><p>a &lt; b</p>{}", "One\n\na < b"),
        ("[markdown]*One*  \n  - two{}", "*One*  \n  - two"),
        ("[plain]<b> is\n  a tag{}", "<b> is\na tag"),
        ("[moodle]a <b>bold</b> word\\nand a line{}", "a bold word\nand a line"),
        ("a <b or b> c{}", "a <b or b> c"),
        ("[unknown]x{}", "[unknown]x"),
        ("In {=1492} he sailed.", "In _____ he sailed."),
        ("Braces \\{ and \\} and http\\://x{}", "Braces { and } and http://x"),
    ],
)
def test_texts_are_what_a_reader_would_see(written: str, prompt: str) -> None:
    assert question(written).prompt == prompt


def test_what_is_not_taken_over_is_noted() -> None:
    text = "// [tag:sql] [tag:easy]\n[html]Which <img src\\=x alt\\=tree>?{=oak#well done =%0%elm}"

    read = question(text)

    assert read.prompt == "Which [tree]?"
    assert read.notes == (
        "tags are left out: sql, easy",
        "a picture is left out",
        "answers that give no points are left out",
        "feedback to single answers is left out",
    )


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("Only a text.", "It is a text without a question."),
        ("{=a}", "It has no text that can be shown."),
        (
            "One {T} two {F}",
            "It has more braces than one pair: part questions by an empty line, put a backslash before braces of text.",
        ),
        ("What? {~a ~b}", "No option is right."),
        ("What? {=a ~}", "It has fewer than two options."),
        ("What? {~%50%a ~b}", "The right choice gives 50% of the points, where it should give all."),
        ("What? {~%33%a ~%67%b}", "An answer gives 33% of the points, which is none of Moodle's grades."),
        ("[html]What? {=a ~<img src\\=x>}", "An option has no text that can be shown."),
        ("What? {=%50%a}", "No answer gives all points."),
        (
            "What? {=a* \\\\* b}",
            "An accepted answer holds a star that is meant and one that stands for any text.",
        ),
        ("What? {#about 3}", "“about 3” is not a number with a decimal point."),
        ("What? {#5..1}", "A range of numbers ends before it begins."),
        ("What? {#}", "No answer gives all points."),
        ("What? {=a -> 1 =b}", "A pair has no arrow (->) between its sides."),
        ("What? {=a -> 1 =b -> 1}", "It has too few pairs to match."),
        ("What? {=a -> 1 =b ->}", "A pair has no text on its right side that can be shown."),
    ],
)
def test_what_cannot_be_read_says_why(text: str, why: str) -> None:
    assert reason(text) == why


@pytest.mark.parametrize("text", ["", "\n\n", "// only a comment", "$CATEGORY: x", "a\0{T}"])
def test_files_without_any_question_are_refused(text: str) -> None:
    with pytest.raises(BankInvalid):
        read_gift(text)


def test_a_file_holds_no_more_than_five_thousand() -> None:
    assert len(read_gift("Is it?{T}\n\n" * 5_000).entries) == 5_000
    with pytest.raises(BankInvalid, match="more than 5,000 questions"):
        read_gift("Is it?{T}\n\n" * 5_001)
