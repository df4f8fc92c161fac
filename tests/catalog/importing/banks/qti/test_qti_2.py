"""Reading items of QTI 2.1, 2.2 and 3.0."""

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings

from catalog.importing.banks.qti.qti_2 import read_qti_2
from catalog.importing.banks.question import (
    Accepted,
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
)
from tests.catalog.importing.banks.qti.broken import broken_files

FILES = Path(__file__).parent / "files" / "2"
ONE, NONE, HALF = Decimal(1), Decimal(0), Decimal("0.5")


def entry(name: str) -> BankQuestion | LeftOut:
    [found] = read_qti_2((FILES / name).read_bytes(), place=name)
    return found


def question(name: str) -> BankQuestion:
    found = entry(name)
    assert isinstance(found, BankQuestion), found
    return found


def read(xml: str) -> BankQuestion:
    [found] = read_qti_2(xml.encode(), place="x")
    assert isinstance(found, BankQuestion), found
    return found


CHOICE = """
<assessmentItem identifier="i" title="T">
<responseDeclaration identifier="R" cardinality="{cardinality}" baseType="identifier">{key}</responseDeclaration>
<itemBody><choiceInteraction responseIdentifier="R"><prompt>Which?</prompt><simpleChoice identifier="a">A</simpleChoice>
<simpleChoice identifier="b">B</simpleChoice></choiceInteraction></itemBody>
{processing}</assessmentItem>"""
CORRECT = "<correctResponse><value>a</value></correctResponse>"


def test_one_option_with_what_is_said_within_it() -> None:
    assert question("Example02-feedbackInline.xml") == BankQuestion(
        place="Example02-feedbackInline.xml",
        name="Example 2 - inline feedback",
        prompt="Sigmund Freud and Carl Jung both belong to the psychoanalytic school of psychology.",
        task=ChoiceTask((Option("True", ONE, "That's correct"), Option("False", NONE, "That's not correct"))),
        weight=Decimal(10),
    )


def test_points_of_several_options_become_parts_of_all_points() -> None:
    found = question("choice_multiple.xml")

    assert found.weight == 2
    assert found.task == ChoiceTask(
        (
            Option("Hydrogen", HALF),
            Option("Helium", -ONE),
            Option("Carbon", -ONE),
            Option("Oxygen", HALF),
            Option("Nitrogen", -ONE),
            Option("Chlorine", -HALF),
        ),
        several=True,
    )


def test_several_options_that_are_right_as_a_whole() -> None:
    way = '<responseProcessing template="http://www.imsglobal.org/question/qti_v2p1/rptemplates/match_correct"/>'

    found = read(CHOICE.format(cardinality="multiple", key=CORRECT, processing=way))

    assert found.task == ChoiceTask((Option("A", ONE), Option("B", NONE)), several=True, is_exact=True)


def test_a_word_with_points_for_each_way_of_writing_it() -> None:
    found = question("text_entry.xml")

    assert found.prompt == (
        "Identify the missing word in this famous quote from Shakespeare's Richard III.\n\n"
        "Now is the winter of our discontent\nMade glorious summer by this sun of _____;\n"
        "And all the clouds that lour'd upon our house\nIn the deep bosom of the ocean buried."
    )
    assert found.task == ShortTextTask((Accepted("York"), Accepted("york", HALF)), case_sensitive=True)


def test_a_word_whose_capitals_do_not_matter() -> None:
    found = question("TextEntry_883368511.xml")

    assert found.task == ShortTextTask((Accepted("Fichtelberg"),))
    assert found.feedback == (
        "Der Fichtelberg bei Oberwiesenthal im Erzgebirgskreis ist mit 1.215 Metern der höchste Berg in Sachsen."
    )


def test_a_number_that_may_be_off_by_a_part_of_it() -> None:
    assert question("TextEntrynumeric_770468849.xml").task == NumericTask(
        (Range(Decimal("3.9292"), Decimal("4.3428")),)
    )


def test_an_essay_with_what_its_graders_are_told() -> None:
    found = question("extended_text_rubric.xml")

    assert isinstance(found.task, EssayItemTask)
    assert found.task.looked_for.startswith(
        "Scoring Guidelines\n\nMax Score: 3.0 points\n\nScoring:\n\n- When not all"
    )
    assert "Scoring" not in found.prompt
    assert found.notes == ("an embedded object is left out",)


def test_pairs() -> None:
    assert question("categorization.xml").task == MatchingTask(
        (
            ("Capulet", "Romeo and Juliet"),
            ("Demetrius", "A Midsummer-Night's Dream"),
            ("Lysander", "A Midsummer-Night's Dream"),
            ("Prospero", "The Tempest"),
        )
    )


def test_an_order_whose_partial_points_are_noted() -> None:
    found = question("order_partial_scoring.xml")

    assert found.task == OrderingTask(("Michael Schumacher", "Rubens Barrichello", "Jenson Button"))
    assert found.notes == ("points for answers that are partly right are left out",)


def test_a_list_in_the_text_and_formulas_in_one_line() -> None:
    found = question("inline_choice_math.xml")

    assert found.prompt == "Answer the question.\n\nIf a = b and b = c then _____ ."
    assert found.task == ChoiceTask((Option("x = y", NONE), Option("a = c", ONE), Option("b = d", NONE)))
    assert found.notes == ()


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("adaptive.xml", "It goes on in several steps, each depending on the answer before."),
        ("template.xml", "Its numbers or words are drawn anew for each person."),
        ("hotspot.xml", "It asks for a place in a picture."),
        ("gap_match.xml", "It asks to put texts into several blanks."),
        ("likert.xml", "Its right answer is not given."),
        ("choice_multiple_chocolade.xml", "Its points are worked out in a way of its own."),
        ("TextEntrynumeric_2040297025.xml", "It asks 2 things in one."),
    ],
)
def test_what_is_left_out_and_why(name: str, reason: str) -> None:
    found = entry(name)

    assert isinstance(found, LeftOut)
    assert (found.place, found.reason) == (name, reason)


def test_a_file_that_breaks_off_says_where() -> None:
    with pytest.raises(BankInvalid, match=r"it breaks off at line 18, column 44."):
        entry("audio-video.xml")


@pytest.mark.parametrize(
    "processing",
    [
        '<responseProcessing template="http://example.org/rptemplates/own"/>',
        "<responseProcessing><responseCondition><responseIf><not><match><variable identifier='R'/>"
        "<correct identifier='R'/></match></not><setOutcomeValue identifier='SCORE'><baseValue>1</baseValue>"
        "</setOutcomeValue></responseIf></responseCondition></responseProcessing>",
    ],
)
def test_processing_that_turns_the_key_round_leaves_the_item_out(processing: str) -> None:
    data = CHOICE.format(cardinality="single", key=CORRECT, processing=processing).encode()

    assert read_qti_2(data, place="x") == [
        LeftOut("x", "T", "Its points are worked out in a way of its own.")
    ]


def test_qti_3_is_read_by_its_own_names() -> None:
    found = read(
        """<qti-assessment-item xmlns="http://www.imsglobal.org/xsd/imsqtiasi_v3p0" identifier="i" title="Town">
        <qti-response-declaration identifier="R" cardinality="single" base-type="identifier">
        <qti-mapping default-value="0"><qti-map-entry map-key="a" mapped-value="2"/><qti-map-entry map-key="b"
        mapped-value="1"/></qti-mapping></qti-response-declaration>
        <qti-item-body><p>Where?</p><qti-choice-interaction response-identifier="R" max-choices="1"><qti-simple-choice
        identifier="a">Rome<qti-feedback-inline outcome-identifier="F" identifier="a">Yes.</qti-feedback-inline>
        </qti-simple-choice><qti-simple-choice identifier="b">Ostia</qti-simple-choice><qti-simple-choice
        identifier="c">Paris</qti-simple-choice></qti-choice-interaction></qti-item-body><qti-response-processing
        template="https://purl.imsglobal.org/spec/qti/v3p0/rptemplates/map_response.xml"/></qti-assessment-item>"""
    )

    assert found == BankQuestion(
        place="x",
        name="Town",
        prompt="Where?",
        task=ChoiceTask((Option("Rome", ONE, "Yes."), Option("Ostia", HALF), Option("Paris", NONE))),
        weight=Decimal(2),
    )


def test_a_test_alone_has_no_questions() -> None:
    with pytest.raises(BankInvalid, match=r"choose the whole package"):
        read_qti_2(b"<assessmentTest/>", place="x")


@settings(max_examples=150, deadline=None)
@given(broken_files(FILES))
def test_no_file_makes_it_fail_otherwise(data: bytes) -> None:
    try:
        found = read_qti_2(data, place="x")
    except BankInvalid:
        return
    assert all(isinstance(one, BankQuestion | LeftOut) for one in found)
