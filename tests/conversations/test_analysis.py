"""What a question says of itself."""

from decimal import Decimal

import pytest

from conversations.analysis import analyse, is_about_oneself, needs_a_person, section


@pytest.mark.parametrize(
    ("question", "subject", "refers_back"),
    [
        ("What about it?", (), True),
        ("Why?", (), False),
        ("How is it assessed?", (), True),
        ("How long does it take?", (), True),
        ("???", (), False),
        ("Does this course require prior learning?", (), True),
        ("Is there a course on secure coding?", ("secure", "coding"), False),
        ("Which courses are there about SQL?", ("sql",), False),
        ("What is earned value and where is it taught?", ("value",), False),
        ("How do I make forms that people finish?", ("forms", "people"), False),
        ("Does it need access to a real site?", ("access", "real", "site"), True),
        ("How is the SQL joins course assessed?", ("sql", "joins"), False),
        ("Wie lerne ich Schweißen?", ("wie", "lerne", "ich", "schweissen"), False),
    ],
)
def test_a_question_has_a_subject_or_leans_on_another(
    question: str, subject: tuple[str, ...], refers_back: bool
) -> None:
    found = analyse(question)

    assert (found.subject, found.refers_back, found.is_vague) == (subject, refers_back, not subject)


@pytest.mark.parametrize(
    ("question", "leans", "clarity"),
    [
        ("How is the SQL joins course assessed?", False, "1"),
        ("How is it assessed?", True, "0.75"),
        ("How is it assessed?", False, "0"),
        ("What does SQL Joins cover? Who is it for?", False, "0.75"),
        ("And SQL? " + "words " * 60, True, "0.50"),
        ("SQL? Joins? " + "words " * 60, True, "0.25"),
    ],
)
def test_clarity_falls_with_what_has_to_be_guessed(question: str, leans: bool, clarity: str) -> None:
    assert analyse(question).clarity(leans=leans) == Decimal(clarity)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("How is it assessed?", "assessment"),
        ("Grading", "assessment"),
        ("Standard of the award", "assessment"),
        ("Who is it for?", "audience"),
        ("Prior learning", "audience"),
        ("Whom it suits", "audience"),
        ("What are the tasks?", "work"),
        ("Practical part", "work"),
        ("What does it cover?", "content"),
        ("Syllabus", "content"),
        ("Outer joins", ""),
    ],
)
def test_questions_and_headings_tell_a_kind_of_section(text: str, kind: str) -> None:
    assert section(text) == kind


@pytest.mark.parametrize(
    ("question", "in_need"),
    [
        ("I want to kill myself", True),
        ("I'm depressed and don't want to live any more", True),
        ("Another student is harassing me in class", True),
        ("I am being bullied", True),
        ("My tutor bullied me", True),
        ("Which course covers suicide prevention?", True),
        ("How do I end a process in Linux?", False),
        ("Which course teaches killing a running job?", False),
    ],
)
def test_who_is_in_need_is_heard(question: str, in_need: bool) -> None:
    assert needs_a_person(question) == in_need


@pytest.mark.parametrize(
    ("question", "of_oneself"),
    [
        ("What are my weaknesses?", True),
        ("Am I good enough at SQL?", True),
        ("Write my SQL essay for me", True),
        ("I want to complain about my advisor", True),
        ("Which course covers web weaknesses?", False),
        ("Am I right that SQL Joins covers outer joins?", False),
        ("Which course is right for my team?", False),
    ],
)
def test_what_is_about_oneself_is_told(question: str, of_oneself: bool) -> None:
    assert is_about_oneself(question) == of_oneself
