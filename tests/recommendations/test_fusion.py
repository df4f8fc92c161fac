"""Confidence is a sum that anybody can check, and it follows the gaps."""

import random
import uuid
from collections.abc import Sequence
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommendations.fits import gap_fit, need_fit, overlap, shape_of
from recommendations.fusion import WEIGHTS, Candidate, Ranked, fuse, weights_used
from recommendations.gaps import Need, Target, find_needs


def need(skill: str, level: float, target: float = 4.0, importance: int = 5) -> Need:
    return Need(skill, skill.upper(), level, target, importance, "measured")


def candidate(
    key: str, *, retrieval: float = 0.5, prerequisites: Sequence[str] = (), **levels: float
) -> Candidate:
    return Candidate(
        credential_id=uuid.uuid5(uuid.NAMESPACE_URL, key),
        key=key,
        levels=levels,
        retrieval=retrieval,
        prerequisites=frozenset(uuid.uuid5(uuid.NAMESPACE_URL, other) for other in prerequisites),
    )


def keys(ranked: list[Ranked]) -> list[str]:
    return [one.candidate.key for one in ranked]


@pytest.mark.parametrize(
    ("level", "reached", "expected"),
    [
        (1.0, 1.0, 0.0),  # reaches what is there already
        (3.0, 2.0, 0.0),  # below it
        (1.0, 1.75, 0.5),  # half of a full step
        (1.0, 3.0, 1.0),  # two levels up: a full step, within reach
        (1.0, 4.0, 0.6),  # a level beyond reach
        (0.0, 5.0, 0.1),  # far beyond
        (3.25, 5.0, 0.5),  # only what the target asks for counts
    ],
)
def test_how_well_a_credential_serves_a_need(level: float, reached: float, expected: float) -> None:
    assert need_fit(need("sql", level), reached) == pytest.approx(expected)


def test_an_unimportant_skill_gives_less() -> None:
    assert need_fit(need("sql", 1.0, importance=2), 3.0) == pytest.approx(0.4)


def test_several_skills_add_up_without_passing_one() -> None:
    needs = [need("sql", 1.0, importance=4), need("charts", 1.0, importance=3)]

    assert gap_fit(needs, {"sql": 3.0, "charts": 3.0}) == pytest.approx(1 - 0.2 * 0.4)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ({"sql": 3.0}, {"sql": 3.0}, 1.0),
        ({"sql": 2.0}, {"sql": 4.0}, 0.5),
        ({"sql": 3.0}, {"charts": 3.0}, 0.0),
        ({"sql": 3.0, "charts": 1.0}, {"sql": 3.0}, 0.75),
        ({"sql": 3.0}, {"sql": 3.0, "charts": 1.0}, 0.75),
    ],
)
def test_how_alike_two_credentials_are(
    one: dict[str, float], other: dict[str, float], expected: float
) -> None:
    assert overlap(one, other) == pytest.approx(expected)


def test_levels_have_one_shape_in_whatever_order_they_are_told() -> None:
    assert shape_of({"sql": 3.0, "charts": 1.0}) == shape_of({"charts": 1.0, "sql": 3.0})
    assert shape_of({"sql": 3.0, "charts": 1.0}) != shape_of({"sql": 1.0, "charts": 3.0})


def test_the_needs_that_a_credential_serves_are_told_the_best_served_first() -> None:
    needs = [need("sql", 1.0, importance=2), need("writing", 3.0), need("charts", 1.0, importance=4)]
    needs += [need("accounts", 1.0, importance=2), need("law", 4.0)]
    catalog = [candidate("all", sql=3.0, writing=3.0, charts=3.0, accounts=3.0, law=4.0)]

    (top,) = fuse(needs, catalog, levels={})

    assert [one.skill_key for one in top.served] == ["charts", "accounts", "sql"]


def test_the_parts_of_a_confidence() -> None:
    (top,) = fuse([need("sql", 1.0)], [candidate("joins", sql=3.0, retrieval=0.6)], levels={"sql": 1.0})

    assert top.parts.gap_fit == Decimal("0.450")
    assert top.parts.retrieval == Decimal("0.150")
    assert top.parts.neighbours == Decimal("0.000")
    assert top.parts.feedback == Decimal("0.050")
    assert top.parts.diversity == Decimal("0.000")
    assert top.parts.confidence == Decimal("0.650")


def test_the_weight_of_a_part_that_is_missing_goes_to_the_others_in_proportion() -> None:
    assert weights_used(["retrieval"]) == pytest.approx(
        {"gap_fit": 0.45 * 95 / 70, "retrieval": 0, "neighbours": 0.15 * 95 / 70, "feedback": 0.10 * 95 / 70}
    )


def test_the_weak_skill_rises_to_the_top() -> None:
    catalog = [candidate("joins", sql=3.0), candidate("charts", charts=3.0)]
    targets = [Target("sql", "SQL", 4.0, 5), Target("charts", "Charts", 4.0, 5)]

    weak_in_sql = {"sql": 1.0, "charts": 3.5}
    weak_in_charts = {"sql": 3.5, "charts": 1.0}

    assert keys(fuse(find_needs(targets, weak_in_sql), catalog, levels=weak_in_sql))[0] == "joins"
    assert keys(fuse(find_needs(targets, weak_in_charts), catalog, levels=weak_in_charts))[0] == "charts"


def test_what_brings_nothing_new_is_not_recommended() -> None:
    catalog = [candidate("basics", sql=1.0), candidate("cooking", cooking=5.0)]

    assert fuse([need("sql", 2.0)], catalog, levels={"sql": 2.0}) == []


def test_what_is_earned_already_is_left_out() -> None:
    joins = candidate("joins", sql=3.0)

    assert fuse([need("sql", 1.0)], [joins], levels={"sql": 1.0}, earned={joins.credential_id}) == []


def test_a_credential_gives_way_to_the_prerequisite_that_helps_too() -> None:
    catalog = [candidate("windows", sql=3.0, prerequisites=["joins"]), candidate("joins", sql=2.0)]

    assert keys(fuse([need("sql", 1.0)], catalog, levels={"sql": 1.0})) == ["joins"]


def test_near_the_level_of_the_prerequisite_it_is_as_good_as_met() -> None:
    catalog = [candidate("windows", sql=3.5, prerequisites=["joins"]), candidate("joins", sql=2.0)]

    assert keys(fuse([need("sql", 1.6)], catalog, levels={"sql": 1.6}))[0] == "windows"


def test_every_measured_skill_of_the_prerequisite_has_to_be_near() -> None:
    catalog = [candidate("windows", sql=3.5, prerequisites=["basics"]), candidate("basics", sql=2.0, law=3.0)]

    (top,) = fuse([need("sql", 2.0)], catalog, levels={"sql": 2.0, "law": 2.0})
    (free,) = fuse([need("sql", 2.0)], catalog, levels={"sql": 2.0, "law": 2.5})

    assert (bool(top.unmet), bool(free.unmet)) == (True, False)


def test_with_the_prerequisite_earned_the_credential_is_free() -> None:
    joins = candidate("joins", sql=2.0)
    catalog = [candidate("windows", sql=3.0, prerequisites=["joins"]), joins]

    (top,) = fuse([need("sql", 1.0)], catalog, levels={"sql": 1.0}, earned={joins.credential_id})

    assert (top.candidate.key, top.unmet) == ("windows", frozenset())


def test_an_unmet_prerequisite_that_does_not_help_halves_the_fit() -> None:
    theory = candidate("theory", theory=3.0)
    catalog = [candidate("windows", sql=3.0, prerequisites=["theory"]), theory]

    (top,) = fuse([need("sql", 1.0)], catalog, levels={"sql": 1.0})

    assert (top.parts.gap_fit, top.unmet) == (Decimal("0.225"), frozenset({theory.credential_id}))


@pytest.mark.parametrize(
    ("measured", "stated", "unmet"),
    [
        ({}, {}, True),
        ({}, {"theory": 2.5}, False),
        ({}, {"theory": 2.4}, True),
        ({"theory": 1.0}, {"theory": 5.0}, True),
        ({"theory": 3.0}, {"theory": 0.0}, False),
    ],
)
def test_where_nothing_is_measured_the_learners_word_meets_a_prerequisite(
    measured: dict[str, float], stated: dict[str, float], unmet: bool
) -> None:
    theory = candidate("theory", theory=3.0)
    catalog = [candidate("windows", sql=3.0, prerequisites=["theory"]), theory]

    (top,) = fuse([need("sql", 1.0)], catalog, levels={"sql": 1.0, **measured}, stated=stated)

    assert bool(top.unmet) is unmet


def test_a_retired_prerequisite_is_asked_of_nobody() -> None:
    (top,) = fuse(
        [need("sql", 1.0)], [candidate("windows", sql=3.0, prerequisites=["gone"])], levels={"sql": 1.0}
    )

    assert top.unmet == frozenset()


def test_credentials_that_demand_each_other_do_not_vanish() -> None:
    catalog = [candidate("a", sql=3.0, prerequisites=["b"]), candidate("b", sql=2.0, prerequisites=["a"])]

    assert keys(fuse([need("sql", 1.0)], catalog, levels={"sql": 1.0})) == ["a", "b"]


def test_a_third_for_one_skill_waits_for_another_skill_and_likeness_costs() -> None:
    catalog = [candidate(f"sql-{number}", sql=3.0) for number in range(4)]
    catalog += [candidate(f"charts-{number}", charts=2.0) for number in range(4)]
    levels = {"sql": 1.0, "charts": 1.0}

    ranked = fuse([need("sql", 1.0), need("charts", 1.0)], catalog, levels=levels, limit=4)

    assert sorted(keys(ranked)) == ["charts-0", "charts-1", "sql-0", "sql-1"]
    penalties = {one.candidate.key: one.parts.diversity for one in ranked}
    assert penalties == {
        "sql-0": 0,
        "sql-1": Decimal("-0.100"),
        "charts-0": 0,
        "charts-1": Decimal("-0.100"),
    }


def test_likeness_costs_as_much_as_two_credentials_overlap() -> None:
    catalog = [candidate("a", sql=3.0, retrieval=0.6), candidate("b", sql=3.0, charts=1.0, retrieval=0.2)]

    first, second = fuse([need("sql", 1.0)], catalog, levels={"sql": 1.0, "charts": 1.0})

    assert (first.candidate.key, first.parts.diversity) == ("a", Decimal(0))
    assert (second.candidate.key, second.parts.diversity) == ("b", Decimal("-0.075"))


def test_what_is_like_the_first_gives_way_to_what_is_not() -> None:
    catalog = [candidate("a", sql=3.0, retrieval=0.6), candidate("b", sql=3.0, retrieval=0.56)]
    catalog += [candidate("c", charts=3.0, retrieval=0.6)]
    needs = [need("sql", 1.0), need("charts", 1.0, importance=4)]

    # c has 90 thousandths less than a; b has 10 less, and 100 less beside a.
    assert keys(fuse(needs, catalog, levels={}, limit=1)) == ["a"]
    assert keys(fuse(needs, catalog, levels={}, limit=2)) == ["a", "c"]


@pytest.mark.parametrize(("relevance", "third"), [(0.64, "charts"), (0.636, "sql-2")])
def test_a_third_for_one_skill_waits_for_what_has_half_its_confidence(relevance: float, third: str) -> None:
    catalog = [candidate(f"sql-{number}", sql=3.0, retrieval=0.8) for number in range(3)]
    # The third has 600 thousandths beside the others; charts has 300, or one less.
    catalog += [candidate("charts", charts=3.0, retrieval=relevance)]
    needs = [need("sql", 1.0), need("charts", 1.0, importance=1)]

    ranked = fuse(needs, catalog, levels={}, limit=3)

    assert set(keys(ranked)) == {"sql-0", "sql-1", third}


def test_what_is_meant_for_another_role_comes_later() -> None:
    other = candidate("a-other", sql=3.0)._replace(for_role=False)

    ranked = fuse([need("sql", 1.0)], [other, candidate("own", sql=3.0)], levels={"sql": 1.0})

    assert keys(ranked) == ["own", "a-other"]
    assert ranked[1].parts.gap_fit == round(ranked[0].parts.gap_fit * Decimal("0.7"), 3)


def test_a_single_large_gap_fills_the_list() -> None:
    catalog = [candidate(f"sql-{number}", sql=3.0) for number in range(5)]
    catalog += [candidate("charts", charts=5.0)]

    ranked = fuse([need("sql", 1.0), need("charts", 3.75, importance=1)], catalog, levels={})

    assert keys(ranked) == ["sql-0", "sql-1", "sql-2", "sql-3", "sql-4"]


def test_of_those_that_lead_to_the_same_levels_the_most_confident_comes_first() -> None:
    catalog = [candidate("a", sql=3.0, retrieval=0.2), candidate("b", sql=3.0, retrieval=0.8)]

    assert keys(fuse([need("sql", 1.0)], catalog, levels={}, limit=1)) == ["b"]


def test_ties_go_to_the_better_fit() -> None:
    needs = [need("sql", 1.0), need("charts", 1.0, importance=4)]
    catalog = [candidate("a", charts=3.0, retrieval=0.36), candidate("b", sql=3.0, retrieval=0.0)]

    ranked = fuse(needs, catalog, levels={})

    assert [(one.candidate.key, one.parts.confidence, one.parts.gap_fit) for one in ranked] == [
        ("b", Decimal("0.500"), Decimal("0.450")),
        ("a", Decimal("0.500"), Decimal("0.360")),
    ]
    assert keys(fuse(needs, catalog, levels={}, limit=1)) == ["b"]


def test_ties_go_to_the_key() -> None:
    catalog = [candidate("b", sql=3.0), candidate("a", sql=3.0)]

    assert keys(fuse([need("sql", 1.0)], catalog, levels={"sql": 1.0})) == ["a", "b"]


def test_nothing_to_rank() -> None:
    assert fuse([need("sql", 1.0)], [], levels={"sql": 1.0}) == []
    assert fuse([], [candidate("joins", sql=3.0)], levels={"sql": 5.0}) == []


SKILLS = ["sql", "charts", "writing"]
scores = st.floats(min_value=0, max_value=1)
skill_levels = st.dictionaries(st.sampled_from(SKILLS), st.integers(1, 5).map(float), min_size=1)
measured = st.fixed_dictionaries({skill: st.floats(0, 5) for skill in SKILLS})
NAMES = [f"credential-{number}" for number in range(8)]


@st.composite
def candidates(draw: st.DrawFn) -> list[Candidate]:
    return [
        Candidate(
            credential_id=uuid.uuid5(uuid.NAMESPACE_URL, name),
            key=name,
            levels=draw(skill_levels),
            prerequisites=frozenset(
                uuid.uuid5(uuid.NAMESPACE_URL, other)
                for other in draw(st.lists(st.sampled_from(NAMES), max_size=1))
                if other != name
            ),
            retrieval=draw(scores),
            neighbours=draw(scores),
            feedback=draw(scores),
        )
        for name in draw(st.lists(st.sampled_from(NAMES), unique=True))
    ]


TARGETS = [
    Target("sql", "SQL", 4.0, 5),
    Target("charts", "Charts", 3.5, 3),
    Target("writing", "Writing", 3.0, 1),
]
missing_parts = st.sets(st.sampled_from(["retrieval", "neighbours", "feedback"]))


@given(candidates(), measured, missing_parts)
def test_parts_always_add_up_to_a_confidence_in_range(
    catalog: list[Candidate], levels: dict[str, float], missing: set[str]
) -> None:
    ranked = fuse(find_needs(TARGETS, levels), catalog, levels=levels, missing=missing)

    for one in ranked:
        parts = one.parts
        total = parts.gap_fit + parts.retrieval + parts.neighbours + parts.feedback + parts.diversity
        assert parts.confidence == total
        assert 0 <= total <= 1
        assert all(
            part == part.quantize(Decimal("0.001")) for part in (parts.gap_fit, parts.diversity, total)
        )
        assert parts.diversity <= 0
        assert not any(getattr(parts, part) for part in missing)


@given(candidates(), measured)
def test_the_best_comes_first(catalog: list[Candidate], levels: dict[str, float]) -> None:
    ranked = fuse(find_needs(TARGETS, levels), catalog, levels=levels)

    confidences = [one.parts.confidence for one in ranked]
    assert confidences == sorted(confidences, reverse=True)
    assert len(ranked) <= 5


@given(candidates(), measured, st.randoms(use_true_random=False))
def test_the_order_of_the_catalog_makes_no_difference(
    catalog: list[Candidate], levels: dict[str, float], shuffler: random.Random
) -> None:
    shuffled = list(catalog)
    shuffler.shuffle(shuffled)

    needs = find_needs(TARGETS, levels)
    assert fuse(needs, shuffled, levels=levels) == fuse(needs, catalog, levels=levels)


@given(skill_levels, st.floats(0, 5), st.floats(0, 5), st.floats(0, 5), st.integers(1, 5))
def test_a_higher_target_never_lowers_the_fit(
    brought: dict[str, float], level: float, one: float, other: float, importance: int
) -> None:
    lower, higher = sorted([one, other])

    assert gap_fit([need("sql", level, higher, importance)], brought) >= gap_fit(
        [need("sql", level, lower, importance)], brought
    )


@given(st.floats(1, 5), st.floats(0, 5), st.floats(0, 5))
def test_a_lower_level_never_lowers_the_fit_of_what_stays_in_reach(
    reached: float, one: float, other: float
) -> None:
    lower, higher = sorted([one, other])

    if reached - lower <= 2.0:
        assert need_fit(need("sql", lower), reached) >= need_fit(need("sql", higher), reached)


@given(candidates(), measured, measured)
def test_the_level_of_a_skill_that_no_need_names_moves_nothing(
    catalog: list[Candidate], levels: dict[str, float], others: dict[str, float]
) -> None:
    needs = [need("sql", levels["sql"])]
    plain = [Candidate(one.credential_id, one.key, one.levels, retrieval=one.retrieval) for one in catalog]

    moved = {**others, "sql": levels["sql"]}
    assert fuse(needs, plain, levels=levels) == fuse(needs, plain, levels=moved)


def test_the_weights_leave_room_for_doubt() -> None:
    assert sum(WEIGHTS.values()) == pytest.approx(0.95)
