"""A few voices move the prior of a credential a little, many a lot; the nearer they are to the learner, the later."""

from itertools import pairwise

import pytest

from recommendations.priors import (
    UNKNOWN,
    OwnVoice,
    Reception,
    Traits,
    Voices,
    likeness,
    own_voices,
    prior,
)

SQL = Traits("Harbour", 12, {"sql": 3.0})
MORE_SQL = Traits("Harbour", 60, {"sql": 4.0})
CHARTS = Traits("Northern", 5, {"charts": 3.0})
TRAITS = {"sql": SQL, "more": MORE_SQL, "charts": CHARTS}


@pytest.mark.parametrize(
    ("reception", "expected"),
    [
        (Reception(), 0.5),
        # One voice in the role: (1 + 4 * .5) / 5.
        (Reception(in_role=Voices(1, 0)), 0.6),
        (Reception(in_role=Voices(0, 1)), 0.4),
        (Reception(in_role=Voices(0.25, 0)), 2.25 / 4.25),
        (Reception(in_role=Voices(16, 0)), 0.9),
        # One voice elsewhere is heard as loud while the role is silent.
        (Reception(elsewhere=Voices(1, 0)), 0.6),
        # (2 + 4 * (96 + 2) / 104) / 6: two acceptances here beside much praise elsewhere.
        (Reception(in_role=Voices(0, 2), elsewhere=Voices(98, 2)), (0 + 4 * 100 / 104) / 6),
        # The learner's own word comes last: (0 + 4 * .9) / 5.
        (Reception(in_role=Voices(16, 0), own=Voices(0, 1)), 0.72),
        (Reception(own=Voices(0, 1)), 0.4),
    ],
)
def test_each_level_is_shrunk_towards_the_one_before(reception: Reception, expected: float) -> None:
    assert prior(reception) == pytest.approx(expected)


def test_a_credential_nobody_spoke_of_stands_at_one_half() -> None:
    assert prior(Reception()) == UNKNOWN == 0.5


@pytest.mark.parametrize("level", ["in_role", "elsewhere", "own"])
def test_a_further_acceptance_never_lowers_the_prior_and_moves_it_less_each_time(level: str) -> None:
    steps = [prior(Reception(**{level: Voices(number, 1)})) for number in range(30)]

    moves = [after - before for before, after in pairwise(steps)]
    assert all(move > 0 for move in moves)
    assert moves == sorted(moves, reverse=True)
    assert all(0 < step < 1 for step in steps)


def test_likeness_is_of_skills_provider_and_effort() -> None:
    # Half of the overlap 3/4, the same provider, another band of hours.
    assert likeness(SQL, MORE_SQL) == pytest.approx(0.5 * 0.75 + 0.25)
    assert likeness(SQL, CHARTS) == 0.0
    assert likeness(CHARTS, CHARTS) == 1.0


def test_credentials_without_skills_or_provider_are_alike_in_effort_alone() -> None:
    assert likeness(Traits("", 5, {}), Traits("", 8, {})) == 0.25


@pytest.mark.parametrize(
    ("hours", "others", "alike"),
    [(1, 10, True), (10, 11, False), (11, 40, True), (40, 41, False), (41, 2000, True)],
)
def test_an_afternoon_a_course_and_a_programme_are_three_efforts(
    hours: int, others: int, alike: bool
) -> None:
    assert likeness(Traits("", hours, {}), Traits("", others, {})) == (0.25 if alike else 0.0)


def test_an_own_voice_counts_by_likeness_and_for_a_list_by_its_share() -> None:
    voices = [OwnVoice("sql", accepted=False), OwnVoice("charts", accepted=True, weight=0.5)]

    assert own_voices("sql", voices, TRAITS) == Voices(0.0, 1.0)
    assert own_voices("more", voices, TRAITS) == Voices(0.0, 0.625)
    assert own_voices("charts", voices, TRAITS) == Voices(0.5, 0.0)


def test_a_voice_about_a_credential_that_is_gone_counts_for_no_other() -> None:
    assert own_voices("sql", [OwnVoice("retired", accepted=True)], TRAITS) == Voices()
    assert own_voices("retired", [OwnVoice("retired", accepted=True)], TRAITS) == Voices(1.0, 0.0)


def test_a_voice_about_a_credential_counts_whole_for_it_though_nothing_is_known_of_its_skills() -> None:
    bare = {"bare": Traits("", 5, {})}

    assert own_voices("bare", [OwnVoice("bare", accepted=False)], bare) == Voices(0.0, 1.0)
