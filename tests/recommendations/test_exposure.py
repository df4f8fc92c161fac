"""What recommendations do as a whole, in figures that give nobody away."""

import uuid

import pytest

from recommendations.exposure import (
    Shown,
    Verdict,
    difference,
    exposure,
    rate_of,
    top_share,
    wilson,
)

ONE, TWO, THREE = (uuid.UUID(int=number) for number in (1, 2, 3))
CATALOG = {ONE: "Harbour", TWO: "Harbour", THREE: "Northern", uuid.UUID(int=4): "Northern"}


def learner(number: int) -> uuid.UUID:
    return uuid.UUID(int=1000 + number)


def shown(
    number: int, credential: uuid.UUID = ONE, *, position: int = 1, confidence: float = 0.5, measured: int = 3
) -> Shown:
    return Shown(learner(number), learner(number), credential, position, confidence, measured)


def said(number: int, *, accepted: bool = True, credential: uuid.UUID = ONE, student: bool = True) -> Verdict:
    return Verdict(learner(number), learner(number), credential, student, accepted)


def test_coverage_providers_and_the_top_tenth() -> None:
    places = [shown(1), shown(2), shown(3), shown(3, THREE, position=2)]

    found = exposure(places, [], CATALOG, smallest=3)

    assert (found.runs, found.learners, found.offered, found.shown, found.coverage) == (3, 3, 4, 2, 0.5)
    assert [(one.name, one.offered, one.shown, one.lift) for one in found.providers] == [
        ("Harbour", 0.5, 0.75, 1.5),
        ("Northern", 0.5, 0.25, 0.5),
    ]
    assert found.top_share == 0.75
    assert [(one.credential, one.learners) for one in found.popular] == [(ONE, 3)]


def test_what_is_shown_most_stands_first() -> None:
    catalog = {ONE: "Harbour", TWO: "Atlas", THREE: "Northern"}
    places = [shown(number, ONE) for number in range(3)]
    places += [shown(number, TWO, position=2) for number in range(3)]
    places += [shown(number, THREE, position=3) for number in range(4)]

    found = exposure(places, [], catalog, smallest=3)

    assert [one.name for one in found.providers] == ["Northern", "Atlas", "Harbour"]
    assert [(one.credential, one.learners) for one in found.popular] == [(THREE, 4), (ONE, 3), (TWO, 3)]
    assert [one.credential for one in exposure(places, [], catalog, smallest=3, most_listed=1).popular] == [
        THREE
    ]


def test_what_is_offered_no_longer_takes_places_but_is_nobodys_share() -> None:
    places = [shown(1), shown(2, TWO), shown(3, TWO)]

    found = exposure(places, [], {ONE: "Harbour"}, smallest=1)

    assert (found.offered, found.shown, found.coverage) == (1, 1, 1.0)
    assert found.top_share == 2 / 3
    assert [(one.name, one.shown) for one in found.providers] == [("Harbour", 1.0)]


def test_of_a_catalog_that_nothing_was_shown_of_no_coverage_is_known() -> None:
    found = exposure([], [], CATALOG, smallest=3)

    assert (found.offered, found.shown, found.coverage) == (4, 0, None)
    assert [(one.name, one.shown, one.lift) for one in found.providers] == [
        ("Harbour", 0.0, 0.0),
        ("Northern", 0.0, 0.0),
    ]


def test_the_top_tenth_is_of_the_catalog_and_one_credential_at_least() -> None:
    counts = {uuid.UUID(int=number): number for number in range(1, 21)}

    assert top_share(counts, 20) == pytest.approx((20 + 19) / 210)
    assert top_share(counts, 21) == pytest.approx((20 + 19 + 18) / 210)
    assert top_share({ONE: 5}, 1) == 1.0
    assert top_share({}, 20) is None


def test_an_empty_house_has_no_figures() -> None:
    found = exposure([], [], {}, smallest=3)

    assert (found.rate, found.coverage, found.top_share, found.providers, found.popular, found.gap) == (
        None, None, None, (), (), None,
    )  # fmt: skip


def test_the_interval_is_wilsons_and_that_of_a_difference_newcombes() -> None:
    # Newcombe (1998): 56/70 and 48/80; .80 and .60, difference .20 (.0524 to .3339).
    one, other = wilson(56, 70), wilson(48, 80)

    assert (one.share, round(one.low, 4), round(one.high, 4)) == (0.8, 0.6918, 0.877)
    assert [round(value, 4) for value in difference(one, other)] == [0.2, 0.0524, 0.3339]
    assert wilson(0, 5).low == 0.0
    assert wilson(5, 5).high == pytest.approx(1.0)


def test_rates_need_so_many_students_however_much_they_say() -> None:
    loud = [said(1), said(1, credential=TWO), said(1, credential=THREE)]

    assert rate_of(loud, 3) is None
    heard = rate_of([said(1), said(2), said(3, accepted=False)], 3)
    assert heard is not None
    assert (heard.share, heard.count) == (2 / 3, 3)
    assert (round(heard.low, 4), round(heard.high, 4)) == (0.2077, 0.9385)


def test_a_rate_from_which_that_of_few_could_be_worked_out_is_left_out_too() -> None:
    students = [said(number) for number in range(4)]
    staff = [said(9, accepted=False, student=False)]

    both = exposure([shown(0)], students + staff, CATALOG, smallest=3)
    alone = exposure([shown(0)], students, CATALOG, smallest=3)

    assert (both.rate is not None, both.of_students, both.of_staff) == (True, None, None)
    assert (alone.of_students, alone.of_staff) == (alone.rate, None)


def test_so_is_that_of_a_credential() -> None:
    places = [shown(number, key) for number in range(6) for key in (ONE, TWO, THREE)]
    many = [said(number) for number in range(6)]
    some = [said(number, credential=TWO) for number in range(3)]
    few = [said(0, credential=THREE)]

    told = exposure(places, many + some + few, CATALOG, smallest=3)

    assert {one.credential: one.rate is not None for one in told.popular} == {
        ONE: True,
        TWO: False,
        THREE: False,
    }


def test_learners_are_parted_by_how_much_was_measured() -> None:
    places = [shown(number, measured=1 if number < 3 else 4) for number in range(7)]
    verdicts = [said(number, accepted=number >= 2) for number in range(7)]

    gap = exposure(places, verdicts, CATALOG, smallest=3).gap

    assert gap and gap.few and gap.many and gap.few.rate and gap.many.rate and gap.difference  # noqa: PT018
    assert (gap.boundary, gap.few.learners, gap.many.learners) == (4, 3, 4)
    assert (gap.few.rate.share, gap.many.rate.share) == (1 / 3, 1.0)
    assert gap.difference[0] == pytest.approx(-2 / 3)


def test_the_confidence_of_a_group_is_that_of_its_first_places() -> None:
    places = [shown(1, confidence=0.4, measured=1), shown(2, confidence=0.6, measured=1)]
    places += [shown(2, TWO, position=2, confidence=0.1, measured=1)]
    places += [shown(number, confidence=0.9, measured=4) for number in (3, 4)]

    gap = exposure(places, [], CATALOG, smallest=2).gap

    assert gap is not None and gap.few is not None and gap.many is not None  # noqa: PT018
    assert (gap.few.confidence, gap.many.confidence) == pytest.approx((0.5, 0.9))


@pytest.mark.parametrize(
    ("measured", "boundary", "few"),
    [
        ([1, 1, 4, 4], 3, 2),  # the median lies between
        ([1, 2, 2, 4], 2, 1),  # who is at the median is one of the many
        ([0, 0, 0, 1], 1, 3),  # most are at the least: the few are all of them
        ([2, 2, 2, 9], 3, 3),
    ],
)
def test_where_learners_are_parted(measured: list[int], boundary: int, few: int) -> None:
    gap = exposure([shown(n, measured=m) for n, m in enumerate(measured)], [], CATALOG, smallest=1).gap

    assert gap is not None and gap.few is not None and gap.many is not None  # noqa: PT018
    assert (gap.boundary, gap.few.learners, gap.many.learners) == (boundary, few, 4 - few)


def test_a_group_of_few_is_not_spoken_of_and_everybody_alike_makes_no_groups() -> None:
    places = [shown(number, measured=1 if number < 2 else 4) for number in range(7)]

    gap = exposure(places, [said(number) for number in range(7)], CATALOG, smallest=3).gap

    assert gap is not None
    assert (gap.few, gap.many and gap.many.rate, gap.difference) == (None, None, None)
    assert exposure([shown(1), shown(2)], [], CATALOG, smallest=1).gap is None
