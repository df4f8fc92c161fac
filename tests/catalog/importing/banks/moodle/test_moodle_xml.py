"""Questions in Moodle's XML, as tasks of this product."""

from decimal import Decimal

import pytest

from catalog.importing.banks.moodle.moodle_xml import read_moodle_xml
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
    OrderingTask,
    Range,
    ShortTextTask,
    Task,
)

D = Decimal
STEM = "<questiontext format='html'><text><![CDATA[<p>What <b>is</b> it?</p>]]></text></questiontext>"


def quiz(*questions: str) -> bytes:
    return f"<?xml version='1.0' encoding='UTF-8'?><quiz>{''.join(questions)}</quiz>".encode()


def asked(kind: str, inside: str, stem: str = STEM) -> str:
    return f"<question type='{kind}'><name><text>Name</text></name>{stem}{inside}</question>"


def answer(text: str, fraction: str = "0", feedback: str = "", more: str = "") -> str:
    said = f"<feedback format='html'><text>{feedback}</text></feedback>" if feedback else ""
    return f"<answer fraction='{fraction}' format='html'><text>{text}</text>{said}{more}</answer>"


def gap_stem(text: str) -> str:
    return f"<questiontext format='html'><text><![CDATA[{text}]]></text></questiontext>"


def question(kind: str, inside: str, stem: str = STEM) -> BankQuestion:
    [entry] = read_moodle_xml(quiz(asked(kind, inside, stem))).entries
    assert isinstance(entry, BankQuestion), entry
    return entry


def reason(kind: str, inside: str, stem: str = STEM) -> str:
    [entry] = read_moodle_xml(quiz(asked(kind, inside, stem))).entries
    assert isinstance(entry, LeftOut), entry
    return entry.reason


def test_a_file_is_read_in_its_order_under_its_categories() -> None:
    category = "<question type='category'><category><text>top/SQL</text></category></question>"
    judged = answer("true", "100", "yes") + answer("false", "0", "&lt;i&gt;no&lt;/i&gt;")
    rest = "<generalfeedback><text>all &amp;amp; all</text></generalfeedback><defaultgrade>2.5000000</defaultgrade>"

    read = read_moodle_xml(quiz(asked("truefalse", judged + rest), category, asked("description", "")))

    assert read == Bank(
        "Moodle XML",
        (
            BankQuestion(
                "question 1", "Name", "What is it?",
                ChoiceTask((Option("True", D(1), "yes"), Option("False", D(0), "no"))),
                D("2.5"), "all & all",
            ),
            LeftOut("question 2, top/SQL", "Name", "It is a text without a question."),
        ),
    )  # fmt: skip


CHOICE = answer("a", "100", "good") + answer("b", "-50")
THIRDS = "".join(answer(text, "33.33333") for text in "abc") + answer("d", "-100")


@pytest.mark.parametrize(
    ("kind", "inside", "task"),
    [
        ("multichoice", CHOICE, ChoiceTask((Option("a", D(1), "good"), Option("b", D("-0.5"))))),
        (
            "multichoice",
            THIRDS + "<single>false</single>",
            ChoiceTask(
                (*(Option(text, D("0.3333333")) for text in "abc"), Option("d", D(-1))),
                several=True,
            ),
        ),
        (
            "multichoiceset",
            answer("a", "100") + answer("b", "100") + answer("c"),
            ChoiceTask((Option("a", D(1)), Option("b", D(1)), Option("c", D(0))), several=True, is_exact=True),
        ),
        (
            "shortanswer",
            answer("inner*", "100") + answer("join", "50") + answer("*") + "<usecase>1</usecase>",
            ShortTextTask((Accepted("inner*", has_wildcards=True), Accepted("join", D("0.5"))), case_sensitive=True),
        ),
        ("shortanswer", answer("a &lt; b", "100"), ShortTextTask((Accepted("a < b"),))),
        (
            "numerical",
            answer("2.50", "100", more="<tolerance>0.05</tolerance>") + answer("3", "50")
            + "<units><unit><multiplier>1</multiplier><unit_name>m</unit_name></unit>"
            + "<unit><multiplier>100</multiplier><unit_name>cm</unit_name></unit></units>",
            NumericTask(
                (Range(D("2.45"), D("2.55")), Range(D(3), D(3), D("0.5"))),
                {"m": D(1), "cm": D("0.01")},
            ),
        ),
        ("numerical", answer("7", "100"), NumericTask((Range(D(7), D(7)),))),
        (
            "matching",
            "<subquestion><text>&lt;b&gt;one&lt;/b&gt;</text><answer><text>1</text></answer></subquestion>"
            "<subquestion><text>two</text><answer><text>2</text></answer></subquestion>"
            "<subquestion><text></text><answer><text>3</text></answer></subquestion>",
            MatchingTask((("one", "1"), ("two", "2")), ("3",)),
        ),
        (
            "essay",
            "<graderinfo format='html'><text>&lt;ul&gt;&lt;li&gt;keys&lt;/li&gt;&lt;/ul&gt;</text></graderinfo>"
            "<minwordlimit>50</minwordlimit><maxwordlimit></maxwordlimit>",
            EssayItemTask(looked_for="- keys", min_words=50),
        ),
        ("ordering", answer("second", "2") + answer("first", "1"), OrderingTask(("first", "second"))),
        ("ordering", answer("first") + answer("second"), OrderingTask(("first", "second"))),
    ],
)  # fmt: skip
def test_kinds_of_questions(kind: str, inside: str, task: Task) -> None:
    assert question(kind, inside).task == task


@pytest.mark.parametrize(
    ("kind", "text", "inside", "task"),
    [
        (
            "gapselect",
            "Filter by [[2]].",
            "".join(
                f"<selectoption><text>{text}</text><group>{group}</group></selectoption>"
                for text, group in (("WHERE", 1), ("HAVING", 1), ("other", 2))
            ),
            ChoiceTask((Option("WHERE", D(0)), Option("HAVING", D(1)))),
        ),
        (
            "ddwtos",
            "Filter by [[1]].",
            "<dragbox><text>WHERE</text><group>1</group></dragbox><dragbox><text>BY</text><group>1</group></dragbox>",
            ChoiceTask((Option("WHERE", D(1)), Option("BY", D(0)))),
        ),
        (
            "cloze",
            "Filter by {1:MC:WHERE#no~=HAVING#yes~%50%a \\} b}.",
            "",
            ChoiceTask((Option("WHERE", D(0), "no"), Option("HAVING", D(1), "yes"), Option("a } b", D("0.5")))),
        ),
        ("cloze", "Filter by {:SAC:=HAVING~*}.", "", ShortTextTask((Accepted("HAVING"),), case_sensitive=True)),
        ("cloze", "Filter by {2:NUMERICAL:=3:0.5~%50%4~*}.", "", NumericTask(
            (Range(D("2.5"), D("3.5")), Range(D(4), D(4), D("0.5"))))),
    ],
)  # fmt: skip
def test_a_text_with_one_gap_is_one_question(kind: str, text: str, inside: str, task: Task) -> None:
    read = question(kind, inside, gap_stem(text))

    assert read.prompt == "Filter by _____."
    assert read.task == task


def test_what_is_not_taken_over_is_noted() -> None:
    stem = (
        "<questiontext format='html'><text><![CDATA[Which <img src='@@PLUGINFILE@@/t.png' alt='tree'>?]]></text>"
        "<file name='t.png' encoding='base64'>AAAA</file></questiontext>"
    )
    rest = (
        "<responsetemplate format='html'><text>Dear</text></responsetemplate><attachments>1</attachments>"
        "<correctfeedback><text>Bravo</text></correctfeedback><hint><text>a leaf</text></hint>"
        "<tags><tag><text>easy</text></tag></tags>"
    )

    assert question("essay", rest, stem).notes == (
        "the text that answers begin with is left out",
        "files of students are left out",
        "a picture is left out",
        "feedback to right and wrong results is left out",
        "hints are left out",
        "tags are left out: easy",
        "files that belong to it are left out",
    )
    assert question("shortanswer", answer("a", "100", "well") + answer("b")).notes == (
        "answers that give no points are left out",
        "feedback to single answers is left out",
    )
    graded = answer("7", "100") + "<unitgradingtype>1</unitgradingtype>"
    assert question("numerical", graded).notes == ("what a wrong unit costs is left out",)
    ordered = answer("a") + answer("b") + answer("c") + "<selecttype>RANDOM</selecttype>"
    assert question("ordering", ordered).notes == ("all of its texts are put in order, not a selection",)


def test_what_moodle_says_to_everyone_is_not_worth_a_note() -> None:
    usual = "<correctfeedback><text>Your answer is correct.</text></correctfeedback>"

    assert question("multichoice", CHOICE + usual).notes == ()


def test_plain_and_marked_texts_stay_as_they_are() -> None:
    stem = "<questiontext format='plain_text'><text>Is &lt;b&gt; a tag?</text></questiontext>"
    option = "<answer fraction='{}' format='markdown'><text>*{}*</text></answer>"

    read = question("multichoice", option.format(100, "yes") + option.format(0, "no"), stem)

    assert read.prompt == "Is <b> a tag?"
    assert read.task == ChoiceTask((Option("*yes*", D(1)), Option("*no*", D(0))))


@pytest.mark.parametrize(
    ("kind", "inside", "why"),
    [
        ("multichoice", answer("a", "100") + answer("b", "33"), "An answer gives 33% of the points, which is none of "
         "Moodle's grades."),
        ("multichoice", answer("a", "all") + answer("b"), "An answer's fraction is “all”, which is no number."),
        ("multichoice", answer("a", "100"), "It has fewer than two options."),
        ("multichoice", answer("a", "100") + answer("&lt;img&gt;"), "An option has no text that can be shown."),
        ("truefalse", answer("true", "100"), "Its answers are not true and false."),
        ("truefalse", answer("true") + answer("false"), "It does not say whether true or false is right."),
        ("shortanswer", "", "No answer gives all points."),
        ("numerical", answer("*", "100"), "“*” is not a number with a decimal point."),
        ("numerical", answer("1", "100") + "<units><unit><multiplier>0</multiplier><unit_name>m</unit_name></unit>"
         "</units>", "A unit has no name, or no multiplier above zero."),
        ("matching", "", "It has too few pairs to match."),
        ("essay", "<responseformat>noinline</responseformat>", "It is answered by a file."),
        ("essay", "<defaultgrade>0</defaultgrade>", "Its points are “0”, which is no number above zero."),
        ("ordering", answer("a"), "It has fewer than two texts to put in order, or one that cannot be shown."),
        ("gapselect", "", "It has 0 gaps in one text, where a question here asks one thing."),
        ("cloze", "", "It has 0 gaps in one text, where a question here asks one thing."),
        ("calculated", "", "Its numbers are drawn anew for each attempt."),
        ("ddmarker", "", "It is answered on a picture."),
        ("coderunner", "", "Questions of the kind “coderunner” have no counterpart here."),
        ("", "", "It does not say what kind of question it is."),
    ],
)  # fmt: skip
def test_what_cannot_be_taken_over_says_why(kind: str, inside: str, why: str) -> None:
    assert reason(kind, inside) == why


@pytest.mark.parametrize(
    ("kind", "text", "why"),
    [
        ("gapselect", "[[1]] and [[2]]", "It has 2 gaps in one text, where a question here asks one thing."),
        ("gapselect", "[[9]]", "Its gap names a text that is not there."),
        ("cloze", "{1:SA:=a} {1:SA:=b}", "It has 2 gaps in one text, where a question here asks one thing."),
        ("cloze", "{1:SA:=a", "Its gap has no end."),
        ("cloze", "{1:ESSAY:=a}", "Gaps of the kind ESSAY have no counterpart here."),
        ("cloze", "{1:NM:=a}", "“a” is not a number with a decimal point."),
        ("essay", "<img src='x'>", "It has no text that can be shown."),
    ],
)
def test_texts_that_are_no_single_question_say_why(kind: str, text: str, why: str) -> None:
    assert reason(kind, "", gap_stem(text)) == why


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "no XML"),
        (b"<quiz>", "no XML"),
        (b"\xff\xfe\x00", "no XML"),
        (b"<?xml version='1.0' encoding='klingon'?><quiz/>", "no XML"),
        (b"<!DOCTYPE quiz [<!ENTITY a 'b'>]><quiz>&a;</quiz>", "no XML"),
        (b"<!DOCTYPE quiz [<!ENTITY a SYSTEM 'file:///etc/passwd'>]><quiz>&a;</quiz>", "no XML"),
        (b"<questestinterop/>", "not Moodle's"),
        (b"<quiz/>", "no question"),
    ],
)
def test_other_files_are_refused(data: bytes, why: str) -> None:
    with pytest.raises(BankInvalid, match=why):
        read_moodle_xml(data)


def test_a_file_holds_no_more_than_five_thousand() -> None:
    with pytest.raises(BankInvalid, match="more than 5,000 questions"):
        read_moodle_xml(quiz("<question type='x'/>" * 5_001))
