"""What is offered, and what comes before it."""

import uuid

import pytest

from recommendations.queries import Offer, Offers

SQL, JOINS, CHARTS, WRITING = (uuid.UUID(int=number) for number in (4, 3, 2, 1))


def offer(key: uuid.UUID, *, before: tuple[uuid.UUID, ...] = (), **levels: float) -> Offer:
    return Offer(key, str(key.int), f"Course {key.int}", "", 10, levels, frozenset(before), frozenset())


OFFERS = Offers.of(
    [
        offer(SQL, sql=2.0),
        offer(JOINS, before=(SQL, CHARTS), sql=4.0),
        offer(CHARTS, before=(WRITING, uuid.UUID(int=99)), charts=3.0, sql=1.0),
        offer(WRITING, before=(JOINS,), writing=3.0),
    ]
)


@pytest.mark.parametrize(
    ("skills", "expected"),
    [
        (["sql"], [SQL, JOINS, CHARTS]),
        (["charts", "sql"], [SQL, JOINS, CHARTS]),
        (["writing", "charts"], [CHARTS, WRITING]),
        (["unknown"], []),
        ([], []),
    ],
)
def test_offers_that_bring_a_skill_come_once_and_in_order(
    skills: list[str], expected: list[uuid.UUID]
) -> None:
    assert [one.credential_id for one in OFFERS.that_bring(skills)] == expected


def test_what_comes_before_is_found_however_far_and_once_in_a_circle() -> None:
    found = OFFERS.with_what_comes_before([OFFERS.by_id[CHARTS]])

    assert [one.credential_id for one in found] == [SQL, JOINS, CHARTS, WRITING]
    assert [one.credential_id for one in OFFERS.with_what_comes_before([OFFERS.by_id[SQL]])] == [SQL]


def test_titles_are_those_of_all_offers() -> None:
    assert OFFERS.titles == ("Course 4", "Course 3", "Course 2", "Course 1")
