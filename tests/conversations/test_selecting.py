"""An answer of nothing but the documents' own sentences."""

import uuid
from dataclasses import replace

import pytest

from conversations.analysis import section
from conversations.selecting import Found, choose, texts_of
from recommendations.citing import Sentence, Source

FIRST, SECOND, THIRD = uuid.UUID(int=1), uuid.UUID(int=2), uuid.UUID(int=3)


def passage(mark: str, whose: uuid.UUID, text: str, nearness: float, *, verbatim: bool = True) -> Found:
    title = f"Course {whose.int}"
    source = Source(mark, text, (title, "Topics"), verbatim)
    return Found(source, whose, title, "Topics", "https://a.example", 0, len(text), nearness)


def chosen(*passages: Found, question: str = "outer joins", **nearness: float) -> list[str]:
    near = {text: nearness.get(text.split()[0], 0.0) for text in texts_of(passages)}
    return [str(one) for one in choose(passages, question, near, section(question), stands=lambda _: True)]


def test_the_nearest_sentences_are_quoted_in_the_order_of_the_passages() -> None:
    said = chosen(
        passage("1", FIRST, "Alpha is about outer joins. Beta is about something else.", 0.6),
        passage("2", SECOND, "Gamma compares joins with sets.", 0.58),
        Alpha=0.7,
        Gamma=0.5,
    )

    assert said == [
        "Course 1 (Topics): “Alpha is about outer joins.” [1]",
        "Course 1 (Topics): “Beta is about something else.” [1]",
        "Course 2 (Topics): “Gamma compares joins with sets.” [2]",
    ]


def test_three_sentences_of_two_credentials_at_most() -> None:
    said = chosen(
        passage("1", FIRST, "Alpha is about outer joins.", 0.6),
        passage("2", SECOND, "Gamma compares joins with sets.", 0.6),
        passage("3", THIRD, "Delta draws joins as circles.", 0.6),
        Alpha=0.7,
        Gamma=0.6,
        Delta=0.5,
    )

    assert [one[:8] for one in said] == ["Course 1", "Course 2"]


def test_what_is_far_behind_or_not_in_its_document_is_left_out() -> None:
    said = chosen(
        passage("1", FIRST, "Alpha is about outer joins.", 0.6),
        passage("2", SECOND, "Gamma compares joins with sets.", 0.44),
        passage("3", FIRST, "Delta draws joins as circles.", 0.6, verbatim=False),
        Alpha=0.7,
        Gamma=0.9,
        Delta=0.9,
    )

    assert said == ["Course 1 (Topics): “Alpha is about outer joins.” [1]"]


def test_what_does_not_stand_is_passed_over() -> None:
    one = passage("1", FIRST, "Alpha is about outer joins. Beta tells of inner joins.", 0.6)

    def stands(said: Sentence) -> bool:
        return "Alpha" not in said.text

    assert [str(said) for said in choose([one], "outer joins", {}, "", stands=stands)] == [
        "Course 1 (Topics): “Beta tells of inner joins.” [1]"
    ]


def test_a_sentence_that_is_cut_says_so() -> None:
    (said,) = chosen(passage("1", FIRST, f"Alpha {'and ' * 60}omega.", 0.6))

    assert said.endswith("and” … [1]")
    assert len(said.split()) < 60


def test_the_section_that_is_asked_for_opens_the_answer() -> None:
    topics = passage("1", FIRST, "Alpha is about outer joins.", 0.6)
    grading = replace(passage("2", FIRST, "Beta is a query of your own.", 0.5), heading="Grading")
    others = replace(passage("3", SECOND, "Gamma is an oral examination.", 0.5), heading="Assessment")

    said = chosen(topics, grading, others, question="How is it assessed?", Alpha=0.4, Beta=0.3)

    assert [one.split(":")[0] for one in said] == [
        "Course 1 (Grading)", "Course 1 (Topics)", "Course 2 (Assessment)",
    ]  # fmt: skip


@pytest.mark.parametrize(("beta", "opens"), [(0.449, "Gamma"), (0.451, "Beta")])
def test_a_sentence_counts_half_by_itself_and_half_by_its_passage(beta: float, opens: str) -> None:
    """.6 and a passage of .15 are worth as much as .45 and one of .3."""
    said = chosen(
        passage("1", FIRST, "Nothing to be told here.", 0.2, verbatim=False),
        passage("2", SECOND, "Beta tells of indexes alone.", 0.30),
        passage("3", SECOND, "Gamma tells of indexes alone.", 0.15),
        question="windows", Beta=beta, Gamma=0.60,
    )  # fmt: skip

    assert said[0].split("“")[1].startswith(opens)


@pytest.mark.parametrize(("ahead", "opens"), [(0.019, "Beta"), (0.021, "Alpha")])
def test_a_word_of_the_question_is_worth_two_hundredths(ahead: float, opens: str) -> None:
    one = passage("1", FIRST, "Nothing to be told here.", 0.5, verbatim=False)

    said = chosen(
        one,
        passage("2", SECOND, "Alpha tells of indexes alone.", 0.5),
        passage("3", SECOND, "Beta tells of windows alone.", 0.5),
        question="windows", Alpha=2 * ahead, Beta=0.0,
    )  # fmt: skip

    assert said[0].split("“")[1].startswith(opens)


@pytest.mark.parametrize(
    ("whose", "ahead", "opens"),
    [
        (FIRST, 0.049, "Alpha"),
        (FIRST, 0.051, "Beta"),
        (SECOND, 0.099, "Alpha"),
        (SECOND, 0.101, "Beta"),
    ],
    ids=["of its credential", "of its credential, and nearer", "of another", "of another, and nearer"],
)
def test_what_was_found_first_is_ahead_by_a_tenth_half_of_it_its_credentials(
    whose: uuid.UUID, ahead: float, opens: str
) -> None:
    said = chosen(
        passage("1", FIRST, "Alpha tells of indexes alone.", 0.5),
        passage("2", whose, "Beta tells of indexes alone.", 0.5),
        question="windows", Alpha=0.0, Beta=2 * ahead,
    )  # fmt: skip

    assert said[0].split("“")[1].startswith(opens)


@pytest.mark.parametrize(("nearness", "is_quoted"), [(0.4501, True), (0.4499, False)])
def test_a_passage_may_be_fifteen_hundredths_behind(nearness: float, is_quoted: bool) -> None:
    said = chosen(
        passage("1", FIRST, "Alpha is about outer joins.", 0.6),
        passage("2", SECOND, "Gamma compares joins with sets.", nearness),
    )

    assert (len(said) == 2) is is_quoted


def test_words_too_few_to_say_anything_are_no_sentence() -> None:
    assert chosen(passage("1", FIRST, "Three words only. Four words are enough.", 0.6)) == [
        "Course 1 (Topics): “Four words are enough.” [1]"
    ]


def test_three_sentences_at_most_also_of_one_passage() -> None:
    said = chosen(passage("1", FIRST, " ".join(f"{name} is about outer joins." for name in "ABCD"), 0.6))

    assert [one.split("“")[1][0] for one in said] == ["A", "B", "C"]


@pytest.mark.parametrize(
    ("heading", "named"), [("Topics", "Course 1 (Topics)"), ("", "Course 1"), ("Course 1", "Course 1")]
)
def test_a_heading_is_named_where_it_says_more_than_the_title(heading: str, named: str) -> None:
    one = replace(passage("1", FIRST, "Alpha is about outer joins.", 0.6), heading=heading)

    assert chosen(one) == [f"{named}: “Alpha is about outer joins.” [1]"]


def test_of_no_passages_nothing_is_quoted() -> None:
    assert chosen() == []
