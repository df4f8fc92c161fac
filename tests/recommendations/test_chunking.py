"""Documents are cut into passages that stand in them word for word."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommendations.chunking import MAX_WORDS, Span, chunk, sentences, size

DOCUMENT = """# SQL Joins

## What it covers
Inner and outer joins, e.g. of two tables. NULL in keys.

## What you will do
You match invoices to appointments.

You submit the query.
"""


def texts(document: str, spans: list[Span]) -> list[str]:
    return [document[span.start : span.end] for span in spans]


def test_a_passage_belongs_to_one_heading() -> None:
    passages = chunk(DOCUMENT)

    assert [(passage.heading, passage.text) for passage in passages] == [
        ("What it covers", "Inner and outer joins, e.g. of two tables. NULL in keys."),
        ("What you will do", "You match invoices to appointments.\n\nYou submit the query."),
    ]


def test_positions_count_from_zero_and_offsets_lead_to_the_text() -> None:
    passages = chunk(DOCUMENT)

    assert [passage.position for passage in passages] == [0, 1]
    assert all(DOCUMENT[passage.start : passage.end] == passage.text for passage in passages)


def test_paragraphs_stay_whole_while_they_fit() -> None:
    paragraph = " ".join(["word"] * 60) + "."

    passages = chunk(f"{paragraph}\n\n{paragraph}")

    assert [passage.text for passage in passages] == [paragraph, paragraph]


def test_a_long_paragraph_is_cut_between_sentences_and_repeats_the_last_one() -> None:
    document = " ".join(f"Sentence number {number} has six words." for number in range(6))

    passages = chunk(document, max_words=18)

    assert [passage.text for passage in passages] == [
        "Sentence number 0 has six words. Sentence number 1 has six words. Sentence number 2 has six words.",
        "Sentence number 2 has six words. Sentence number 3 has six words. Sentence number 4 has six words.",
        "Sentence number 4 has six words. Sentence number 5 has six words.",
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One. Two! Three?", ["One.", "Two!", "Three?"]),
        ("It costs 4.5 hours, i.e. little. Then rest.", ["It costs 4.5 hours, i.e. little.", "Then rest."]),
        ('He said "Stop." Then he left.', ['He said "Stop."', "Then he left."]),
        ("You write:\n- a query\n- a report", ["You write:", "- a query", "- a report"]),
        ("J. Smith teaches it.", ["J. Smith teaches it."]),
        ("先读文档。然后写报告！好吗？", ["先读文档。", "然后写报告！", "好吗？"]),
        ("Ask Prof. Ada Byron first.", ["Ask Prof. Ada Byron first."]),
        ("   ", []),
    ],
)
def test_sentences(text: str, expected: list[str]) -> None:
    assert texts(text, sentences(text)) == expected


@pytest.mark.parametrize(
    ("document", "passages"),
    [
        ("", []),
        ("\n\n", []),
        ("# Only a heading", ["# Only a heading"]),
        ("#Not a heading without a space\n\n\n", ["#Not a heading without a space"]),
    ],
)
def test_documents_with_little_or_nothing_to_cut(document: str, passages: list[str]) -> None:
    assert [passage.text for passage in chunk(document)] == passages


def test_text_without_spaces_is_cut_by_characters() -> None:
    passages = chunk("字" * 2500)

    assert [len(passage.text) for passage in passages] == [990, 990, 520]


def test_a_comment_in_a_block_of_code_is_no_heading() -> None:
    document = "## Install\n```sh\n# as a user\npip install\n```\n## Run\nStart it."

    assert [(passage.heading, passage.text) for passage in chunk(document)] == [
        ("Install", "```sh\n# as a user\npip install\n```"),
        ("Run", "Start it."),
    ]


def test_a_block_of_code_ends_with_the_mark_that_opened_it() -> None:
    document = "````\n```\n# inside\n````\n# Outside\nText."

    assert [(passage.heading, passage.text) for passage in chunk(document)] == [
        ("", "````\n```\n# inside\n````"),
        ("Outside", "Text."),
    ]


def test_lines_may_end_in_two_characters() -> None:
    document = "# One #\r\n\r\nFirst.\r\n\r\n## Two\r\nSecond.\r\n"

    passages = chunk(document)

    assert [(passage.heading, passage.text) for passage in passages] == [
        ("One", "First."),
        ("Two", "Second."),
    ]
    assert [document[passage.start : passage.end] for passage in passages] == ["First.", "Second."]


@pytest.mark.parametrize(
    "text", ["J. " * 200_000, "x" * 2_000_000, "A sentence of words. " * 40_000, "\n" * 1_000_000]
)
def test_long_texts_are_cut_in_linear_time(text: str) -> None:
    began = time.process_time()

    passages = chunk(text)

    assert time.process_time() - began < 15
    assert all(size(passage.text) <= MAX_WORDS for passage in passages)


@given(
    st.text(alphabet=st.sampled_from("ab .!\n#-字。\r`"), max_size=400),
    st.integers(min_value=1, max_value=12),
)
def test_every_word_lies_in_a_passage_that_fits_and_stands_in_the_document(
    document: str, max_words: int
) -> None:
    passages = chunk(document, max_words=max_words)

    covered = {place for passage in passages for place in range(passage.start, passage.end)}
    headings = {place for place in range(len(document)) if _is_on_a_heading(document, place)}
    assert all(document[passage.start : passage.end] == passage.text for passage in passages)
    assert all(size(passage.text) <= max_words for passage in passages)
    assert all(
        document[place].isspace() or place in covered or place in headings for place in range(len(document))
    )


def _is_on_a_heading(document: str, place: int) -> bool:
    line = document[document.rfind("\n", 0, place) + 1 :].split("\n", 1)[0]
    return line.lstrip(" ").startswith("#")


def test_the_limit_leaves_room_in_what_the_model_reads() -> None:
    assert MAX_WORDS == 110


def test_headings_without_text_are_a_passage() -> None:
    text = "\n# Joins\n\n## Outer joins\n"

    (passage,) = chunk(text)

    assert (passage.heading, passage.text) == ("", "# Joins\n\n## Outer joins")
    assert text[passage.start : passage.end] == passage.text
