"""Reading QTI 1.2 as Canvas, Blackboard and others write it."""

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings

from catalog.importing.banks.qti.qti_1 import read_qti_1
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

FILES = Path(__file__).parent / "files" / "1.2"
ONE, NONE = Decimal(1), Decimal(0)
DEPENDS = "feedback that depends on the answer is left out"


def entries(name: str) -> list[BankQuestion | LeftOut]:
    return read_qti_1((FILES / name).read_bytes(), place=name)


def question(name: str, number: int = 1) -> BankQuestion:
    found = entries(name)[number - 1]
    assert isinstance(found, BankQuestion), found
    return found


def item(presentation: str, rules: str = "", metadata: str = "") -> bytes:
    fields = "".join(
        f"<qtimetadatafield><fieldlabel>{label}</fieldlabel><fieldentry>{entry}</fieldentry></qtimetadatafield>"
        for label, _, entry in (field.partition("=") for field in metadata.split(";") if field)
    )
    return (
        f"<questestinterop><item ident='i1' title='T'><itemmetadata><qtimetadata>{fields}</qtimetadata></itemmetadata>"
        f"<presentation>{presentation}</presentation><resprocessing>{rules}</resprocessing></item></questestinterop>"
    ).encode()


def material(text: str) -> str:
    return f"<material><mattext>{text}</mattext></material>"


def choice(*labels: str, cardinality: str = "Single") -> str:
    options = "".join(
        f"<response_label ident='{label}'>{material(label)}</response_label>" for label in labels
    )
    return (
        f"{material('Which?')}<response_lid ident='r' rcardinality='{cardinality}'>"
        f"<render_choice>{options}</render_choice></response_lid>"
    )


def rule(test: str, points: str, action: str = "Add") -> str:
    return (
        f"<respcondition><conditionvar>{test}</conditionvar>"
        f"<setvar varname='SCORE' action='{action}'>{points}</setvar></respcondition>"
    )


def is_(label: str) -> str:
    return f"<varequal respident='r'>{label}</varequal>"


def test_one_of_several_with_what_is_said_to_each_option() -> None:
    assert question("all_canvas_simple_1.2.xml") == BankQuestion(
        place="all_canvas_simple_1.2.xml, question 1",
        name="Question 1",
        prompt="Question 1, Multiple Choice, Answer is C",
        task=ChoiceTask(
            (
                Option("C", ONE, "Answer feedback for C, correct\n\nItem Feedback, Correct"),
                Option("A", NONE, "Answer feedback for A, incorrect\n\nItem Feedback, Incorrect"),
                Option("B", NONE, "Answer feedback for B, incorrect\n\nItem Feedback, Incorrect"),
                Option("D", NONE, "Answer feedback for D, incorrect\n\nItem Feedback, Incorrect"),
            )
        ),
        weight=ONE,
        feedback="Item Feedback, Neutral",
    )


def test_true_or_false_is_a_choice_of_two() -> None:
    task = question("all_canvas_simple_1.2.xml", 2).task

    assert isinstance(task, ChoiceTask)
    assert [(option.text, option.credit) for option in task.options] == [("True", ONE), ("False", NONE)]


def test_a_picture_in_the_text_is_noted_and_the_name_of_its_file_says_nothing() -> None:
    found = question("choice.xml")

    assert found.prompt == "If I get a 3, I must have done something wrong."
    assert found.notes == ("a picture is left out",)
    assert found.weight == ONE


def test_exactly_the_right_options_where_others_are_excluded() -> None:
    assert question("multiple_answer_canvas.xml").task == ChoiceTask(
        (Option("A", ONE), Option("B", NONE), Option("C", ONE), Option("D", ONE)), several=True, is_exact=True
    )


def test_points_for_each_option_become_parts_of_all_points() -> None:
    task = question("multiple_answer.xml").task

    assert isinstance(task, ChoiceTask)
    assert (task.several, task.is_exact) == (True, False)
    assert [str(option.credit) for option in task.options] == [
        "0.25",
        "-0.1",
        "0.25",
        "0.25",
        "-0.1",
        "-0.1",
        "0.25",
    ]


def test_empty_rows_that_canvas_keeps_are_no_options() -> None:
    found = question("all_canvas_simple_1.2.xml", 5)

    assert isinstance(found.task, ChoiceTask)
    assert [option.text for option in found.task.options] == ["A", "B", "C", "D", "E", "F"]
    assert found.notes == ("an empty option is left out", DEPENDS)


def test_texts_that_are_taken() -> None:
    found = question("single_fib.xml")

    assert found.prompt == "Chicago is in what state?"
    assert found.task == ShortTextTask((Accepted("Illinois"), Accepted("illinois")))


def test_one_blank_that_canvas_names_in_brackets() -> None:
    found = question("canvas_multiple_fib_as_single.xml")

    assert found.prompt == "Bird, bird, bird, bird is the _____"
    assert found.task == ShortTextTask((Accepted("word"),))


def test_one_list_in_the_text_is_a_choice() -> None:
    found = question("edge_cases_1.2.xml", 2)

    assert found.prompt == "Question 6, Multiple Dropdowns, Answers is C: _____"
    assert found.task == ChoiceTask((Option("C", ONE), Option("D", NONE)))


@pytest.mark.parametrize(
    ("name", "ranges"),
    [
        ("numeric_within_range.xml", [("1.0", "22.0")]),
        ("numeric_margin_error.xml", [("70.0", "84.0")]),
        ("numeric_precision.xml", [("999.995", "1000.005")]),
    ],
)
def test_numbers_as_ranges(name: str, ranges: list[tuple[str, str]]) -> None:
    assert question(name).task == NumericTask(
        tuple(Range(Decimal(low), Decimal(high)) for low, high in ranges)
    )


def test_a_range_without_one_of_its_ends_says_so() -> None:
    assert question("numeric_precision.xml").notes == (
        "an end of a range that did not count itself counts here",
    )


def test_several_ranges_of_one_question_stand_beside_each_other() -> None:
    assert question("all_canvas_simple_1.2.xml", 8).task == NumericTask(
        (Range(Decimal("41.5"), Decimal("42.5")), Range(Decimal("0.0"), Decimal("0.0")))
    )


def test_pairs_and_texts_that_are_nobodys() -> None:
    assert question("matching.xml").task == MatchingTask(
        (
            (
                "Light Microscope",
                "Magnify up to about 400 times. Sometimes requires colored staining of cells.",
            ),
            (
                "Electron Microscopes",
                "Uses a beam of electrons. Can provide details of cells' internal structure.",
            ),
        ),
        ("A distractor answer.",),
    )


def test_an_order() -> None:
    assert question("ordering.xml").task == OrderingTask(
        ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")
    )


def test_an_essay_with_its_length_and_what_graders_look_for() -> None:
    assert question("essay_custom_settings.xml").task == EssayItemTask(
        looked_for="this is the remix", min_words=140, max_words=500
    )


@pytest.mark.parametrize(
    ("name", "number", "reason"),
    [
        ("all_canvas_simple_1.2.xml", 4, "It has 2 blanks; a question here has one."),
        ("all_canvas_simple_1.2.xml", 9, "Its numbers are drawn anew for each person."),
        ("hot_spot.xml", 1, "It asks for a place in a picture."),
        ("upload.xml", 1, "It asks for a file."),
        ("categorization.xml", 1, "It asks to sort things into categories."),
        ("stimulus_with_child_item.xml", 1, "It is a text that asks nothing."),
        ("question_group.xml", 1, "It is drawn from a question bank that is not in this file."),
    ],
)
def test_what_is_left_out_and_why(name: str, number: int, reason: str) -> None:
    found = entries(name)[number - 1]

    assert isinstance(found, LeftOut)
    assert (found.place, found.reason) == (f"{name}, question {number}", reason)


def test_a_formula_is_known_by_its_structure_too() -> None:
    data = item(choice("a", "b"), rule(is_("a"), "1")).replace(
        b"</item>", b"<itemproc_extension><calculated/></itemproc_extension></item>"
    )

    assert read_qti_1(data, place="x") == [
        LeftOut("x, question 1", "T", "Its numbers are drawn anew for each person.")
    ]


def test_a_question_about_a_text_of_its_own_says_that_the_text_is_missing() -> None:
    assert question("stimulus_with_child_item.xml", 2).notes == ("the text that it refers to is left out",)


def test_a_file_that_breaks_off_says_where() -> None:
    with pytest.raises(BankInvalid, match=r"This is no well-formed XML: it breaks off at line 45, column 4."):
        entries("fib.xml")


def test_options_of_partial_points_and_the_weight_of_the_question() -> None:
    data = item(choice("a", "b", "c"), rule(is_("a"), "10") + rule(is_("b"), "5"), "points_possible=10")

    [found] = read_qti_1(data, place="x")

    assert isinstance(found, BankQuestion)
    assert found.weight == 10
    assert found.task == ChoiceTask((Option("a", ONE), Option("b", Decimal("0.5")), Option("c", NONE)))


def test_a_rule_for_all_other_answers_gives_its_points_to_them() -> None:
    data = item(choice("a", "b"), rule(is_("a"), "0", "Set") + rule("<other/>", "100", "Set"))

    [found] = read_qti_1(data, place="x")

    assert isinstance(found, BankQuestion)
    assert found.task == ChoiceTask((Option("a", NONE), Option("b", ONE)))


def test_right_answers_as_blackboard_marks_them() -> None:
    right = (
        "<respcondition title='correct'><conditionvar><varequal respident='r'>b</varequal></conditionvar>"
        "<setvar variablename='SCORE' action='Set'>SCORE.max</setvar></respcondition>"
    )

    [found] = read_qti_1(item(choice("a", "b"), right), place="x")

    assert isinstance(found, BankQuestion)
    assert found.task == ChoiceTask((Option("a", NONE), Option("b", ONE)))


def test_pairs_as_blackboard_writes_them() -> None:
    def block(left: str, ident: str) -> str:
        labels = "".join(f"<response_label ident='{ident}{n}'/>" for n in (1, 2))
        return (
            f"<flow class='Block'><flow class='FORMATTED_TEXT_BLOCK'>{material(left)}</flow>"
            f"<response_lid ident='{ident}'><render_choice>"
            f"<flow_label>{labels}</flow_label></render_choice></response_lid>"
            "</flow>"
        )

    rights = "".join(f"<flow class='Block'>{material(text)}</flow>" for text in ("Rome", "Paris"))
    shown = (
        f"<flow class='Block'><flow class='QUESTION_BLOCK'>{material('Match.')}</flow><flow class='RESPONSE_BLOCK'>"
        f"{block('France', 'f')}{block('Italy', 'i')}</flow><flow class='RIGHT_MATCH_BLOCK'>{rights}</flow></flow>"
    )
    rules = "".join(
        f"<respcondition><conditionvar><varequal respident='{left}'>{right}</varequal></conditionvar>"
        "<displayfeedback linkrefid='correct'/></respcondition>"
        for left, right in (("f", "f2"), ("i", "i1"))
    )

    [found] = read_qti_1(item(shown, rules, "question_type=Matching"), place="x")

    assert isinstance(found, BankQuestion)
    assert (found.prompt, found.task) == ("Match.", MatchingTask((("France", "Paris"), ("Italy", "Rome"))))


@pytest.mark.parametrize(
    ("rules", "reason"),
    [
        ("", "Its right answer is not given."),
        (
            rule("<or>" + is_("a") + is_("b") + "</or>", "100"),
            "Its points are worked out in a way that is not known here.",
        ),
        (
            rule("<vargte respident='r'>1</vargte>", "1"),
            "Its points are worked out in a way that is not known here.",
        ),
    ],
)
def test_a_choice_of_several_whose_key_is_not_clear_is_left_out(rules: str, reason: str) -> None:
    assert read_qti_1(item(choice("a", "b", cardinality="Multiple"), rules), place="x") == [
        LeftOut("x, question 1", "T", reason)
    ]


def test_indentation_of_a_plain_text_stays() -> None:
    data = item(choice("for i in x:\n    print(i)", "b"), rule(is_("b"), "1"))

    [found] = read_qti_1(data, place="x")

    assert isinstance(found, BankQuestion)
    assert isinstance(found.task, ChoiceTask)
    assert found.task.options[0].text == "for i in x:\n    print(i)"


def test_another_format_is_refused() -> None:
    with pytest.raises(BankInvalid, match=r"This is no QTI 1.2: it begins with <quiz>."):
        read_qti_1(b"<quiz/>", place="x")


@settings(max_examples=150, deadline=None)
@given(broken_files(FILES))
def test_no_file_makes_it_fail_otherwise(data: bytes) -> None:
    try:
        found = read_qti_1(data, place="x")
    except BankInvalid:
        return
    assert all(isinstance(one, BankQuestion | LeftOut) for one in found)
