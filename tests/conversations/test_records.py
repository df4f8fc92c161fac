"""What questions ask of the catalog's records, and what these say."""

import uuid
from dataclasses import replace

import pytest

from conversations.records import Fact, Record, as_sources, asked_facts, credentials_meant, leaves_out, told
from tests.conversations.test_selecting import FIRST, SECOND, THIRD, passage

RECORD = Record(uuid.UUID(int=1), "SQL Joins", "Harbour School", 24, 3, "English", ())


@pytest.mark.parametrize(
    ("question", "facts"),
    [
        ("How long does it take?", [Fact.HOURS]),
        ("How many hours is the course on joins?", [Fact.HOURS]),
        ("Is it hard?", [Fact.LEVEL]),
        ("Is this one for beginners, and how long is it?", [Fact.HOURS, Fact.LEVEL]),
        ("Who offers SQL Joins?", [Fact.PROVIDER]),
        ("Is it taught in Welsh?", [Fact.LANGUAGE]),
        ("What language is it in?", [Fact.LANGUAGE]),
        ("Do I need anything before that?", [Fact.BEFORE]),
        ("Are there prerequisites?", [Fact.BEFORE]),
        ("Which is the shortest course on SQL?", [Fact.HOURS]),
        ("Is there anything under 10 hours on charts?", [Fact.HOURS]),
        ("Which of them is easier?", [Fact.LEVEL]),
        ("Which course teaches me how to clean data?", []),
        ("Which programming language should I learn?", []),
        ("How do I write long queries?", []),
        ("What is hard about joins?", []),
    ],
)
def test_questions_ask_for_facts(question: str, facts: list[Fact]) -> None:
    assert list(asked_facts(question)) == facts


def test_a_record_says_what_it_knows() -> None:
    assert RECORD.text == (
        "SQL Joins takes 24 hours. SQL Joins is at level 3 of 5. SQL Joins is offered by Harbour School. "
        "SQL Joins is taught in English. SQL Joins needs no other credential first."
    )


@pytest.mark.parametrize(
    ("before", "said"),
    [
        (("Tables",), "Before SQL Joins comes Tables."),
        (("Keys", "Rows", "Tables"), "Before SQL Joins comes Keys, Rows and Tables."),
    ],
)
def test_what_comes_before_is_named(before: tuple[str, ...], said: str) -> None:
    assert replace(RECORD, before=before).sentence(Fact.BEFORE) == said


def test_one_hour_is_one() -> None:
    assert replace(RECORD, hours=1).sentence(Fact.HOURS) == "SQL Joins takes 1 hour."


@pytest.mark.parametrize(
    ("question", "answer", "is_left_out"),
    [
        ("When does it start?", "The course treats joins.", True),
        ("When does it start?", "It begins in spring.", False),
        ("How much is it?", "The course treats joins.", True),
        ("What does the course on budgets cost?", "The fee is 40 €.", False),
        ("Is the course on indexes free?", "The price of an index is paid by every insert.", True),
        ("Is it free?", "The course treats joins.", True),
        ("Which course treats joins?", "The course treats joins.", False),
        ("When are indexes useful?", "An index is read instead of a table.", False),
        ("When do I use an outer join?", "The course treats joins.", False),
        ("Which course covers dates and times?", "The course treats calendars.", False),
        ("Which course covers free text search?", "The course treats words.", False),
        ("How much is explained about windows?", "The course treats windows.", False),
    ],
)
def test_prices_and_times_are_left_out_where_no_word_tells_them(
    question: str, answer: str, is_left_out: bool
) -> None:
    assert leaves_out(question, answer) == is_left_out


def test_who_is_named_is_meant_else_who_was_talked_about_else_who_is_near() -> None:
    passages = [
        passage("1", FIRST, "Joins.", 0.6),
        passage("2", SECOND, "Keys.", 0.5),
        passage("3", THIRD, "Rain.", 0.3),
    ]

    assert credentials_meant("How long is course 2?", passages, [FIRST]) == [SECOND]
    assert credentials_meant("How long is it?", passages, [THIRD]) == [THIRD]
    assert credentials_meant("How long is it?", passages, []) == [FIRST, SECOND]


def test_who_is_near_are_two_at_most_and_not_far_behind() -> None:
    near = [passage(str(one.int), one, "Joins.", 0.6) for one in (FIRST, SECOND, THIRD)]

    assert credentials_meant("How long is it?", near, []) == [FIRST, SECOND]
    assert credentials_meant("How long is it?", [near[0], replace(near[1], nearness=0.44)], []) == [FIRST]
    assert credentials_meant("How long is it?", [], []) == []


def test_records_are_sources_that_follow_on_the_passages() -> None:
    records = [RECORD, replace(RECORD, credential_id=SECOND, title="SQL Keys", hours=8)]

    sources = as_sources(records, after=3, nearness=0.6)

    assert [
        (one.source.mark, one.credential_id, one.title, one.heading, one.nearness) for one in sources
    ] == [
        ("4", FIRST, "SQL Joins", "Catalog record", 0.6),
        ("5", SECOND, "SQL Keys", "Catalog record", 0.6),
    ]
    assert (sources[0].uri, sources[0].start, sources[0].end) == (
        f"/api/v1/catalog/credentials/{FIRST}",
        0,
        len(RECORD.text),
    )
    assert [str(one) for one in told([Fact.HOURS], records, sources)] == [
        "SQL Joins takes 24 hours [4].",
        "SQL Keys takes 8 hours [5].",
    ]
