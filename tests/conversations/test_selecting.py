"""An answer of nothing but the documents' own sentences."""

import uuid
from dataclasses import replace

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
