"""The door to rule scoring."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.rules import RulesInvalid, is_scored_by_rules, score_answer, scorer
from scoring.rules.base import Finding, result, round_half_up

KEY = {"kind": "choice", "correct": ["c1"]}


@pytest.mark.parametrize(
    ("question_type", "scored"),
    [
        ("multiple_choice", True),
        ("numeric", True),
        ("short_text", True),
        ("ordering", True),
        ("matching", True),
        ("essay", False),
        ("profile", False),
    ],
)
def test_which_types_rules_score(question_type: str, scored: bool) -> None:
    assert is_scored_by_rules(question_type) is scored


def test_no_answer_earns_nothing_and_says_so() -> None:
    unanswered = score_answer("multiple_choice", KEY, None, Decimal("3"))

    assert (str(unanswered.score), unanswered.maximum) == ("0.00", Decimal("3"))
    assert unanswered.explanation == "You did not answer this question."
    assert unanswered.rules_applied == [{"kind": "choice", "outcome": "unanswered"}]


@pytest.mark.parametrize("question_type", ["essay", "profile", "drawing"])
def test_what_rules_do_not_score_is_a_fault_of_the_caller(question_type: str) -> None:
    with pytest.raises(ValueError, match=f"questions of type '{question_type}' are not scored by rules"):
        score_answer(question_type, {}, {}, Decimal("1"))


def test_a_broken_key_scores_nobody() -> None:
    with pytest.raises(RulesInvalid) as caught:
        score_answer(
            "numeric", {"kind": "numeric", "value": "many"}, {"value": "1", "unit": None}, Decimal("1")
        )

    assert caught.value.messages == (
        'rules.value: must be a decimal number written as a string, such as "42.5"',
    )


def test_a_negative_maximum_is_refused() -> None:
    with pytest.raises(ValueError, match="a maximum cannot be negative"):
        score_answer("multiple_choice", KEY, {"choice_ids": ["c1"]}, Decimal("-1"))


@pytest.mark.parametrize(
    ("share", "maximum", "score", "fraction"),
    [
        (Fraction(1, 3), "0.015", "0.01", "0.333333"),
        (Fraction(1, 2), "0.05", "0.03", "0.500000"),
        (Fraction(2, 3), "3", "2.00", "0.666667"),
        (Fraction(1), "0.006", "0.006", "1.000000"),
        (Fraction(7, 5), "2", "2.00", "1.000000"),
        (Fraction(0), "2", "0.00", "0.000000"),
        (Fraction(-1, 5), "2", "0.00", "0.000000"),
    ],
)
def test_half_a_cent_is_rounded_up_and_the_maximum_holds(
    share: Fraction, maximum: str, score: str, fraction: str
) -> None:
    scored = result(Finding(share, "", "", {}), Decimal(maximum))

    assert (str(scored.score), str(scored.fraction)) == (score, fraction)


@given(st.fractions(min_value=0, max_value=1), st.decimals(min_value=0, max_value=1000, places=2))
def test_rounding_never_moves_a_score_by_more_than_half_a_cent(share: Fraction, maximum: Decimal) -> None:
    exact = share * Fraction(maximum)

    assert abs(Fraction(round_half_up(exact, 2)) - exact) <= Fraction(1, 200)


IDS = [f"c{number}" for number in range(1, 6)]
SOME = st.lists(st.sampled_from(IDS), min_size=1, unique=True)
NUMBERS = st.decimals(min_value=-1000, max_value=1000, places=3).map(lambda number: f"{number:f}")
AMOUNTS = st.decimals(min_value=0, max_value=100, places=2).map(lambda number: f"{number:f}")
CREDITS = st.sampled_from(["1", "0.5", "0.333", ".25"])
ACCEPTED = st.one_of(
    st.fixed_dictionaries(
        {"text": st.sampled_from(["select", "SELECT *", "C#", "straße"]), "credit": CREDITS}
    ),
    st.fixed_dictionaries({"pattern": st.sampled_from(["sel.*", "(a+)+b", r"\d+ x"]), "credit": CREDITS}),
)
PAIRS = st.dictionaries(st.sampled_from(["l1", "l2", "l3"]), st.sampled_from(["r1", "r2"]), min_size=1)


def keys_and_answers() -> st.SearchStrategy[tuple[str, dict[str, Any], dict[str, Any]]]:
    """Any valid key of any scored type, with any canonical answer."""

    def key(kind: str, scorings: list[str], **parts: Any) -> st.SearchStrategy[dict[str, Any]]:
        scoring = {"scoring": st.sampled_from(scorings)} if scorings else {}
        return st.fixed_dictionaries({"kind": st.just(kind), **parts, **scoring})

    choice = key("choice", ["all_or_nothing", "per_option", "per_option_penalty"], correct=SOME)
    number = st.fixed_dictionaries(
        {"kind": st.just("numeric"), "value": NUMBERS},
        optional={"absolute_tolerance": AMOUNTS, "relative_tolerance": AMOUNTS, "unit": st.just("kg")},
    )
    text = key(
        "short_text", [], accepted=st.lists(ACCEPTED, min_size=1, max_size=4), case_sensitive=st.booleans()
    )
    order = key("ordering", ["all_or_nothing", "pairs"], order=st.permutations(IDS))
    match = key("matching", ["all_or_nothing", "per_pair"], pairs=PAIRS)
    unit = st.sampled_from([None, "kg", "KG", "lb"])
    return st.one_of(
        st.tuples(st.just("multiple_choice"), choice, st.fixed_dictionaries({"choice_ids": SOME})),
        st.tuples(st.just("numeric"), number, st.fixed_dictionaries({"value": NUMBERS, "unit": unit})),
        st.tuples(st.just("short_text"), text, st.fixed_dictionaries({"text": st.text(max_size=50)})),
        # An order may lack items or name others, where a key was changed after the answer was given.
        st.tuples(st.just("ordering"), order, st.fixed_dictionaries({"order": SOME})),
        st.tuples(st.just("matching"), match, st.fixed_dictionaries({"pairs": PAIRS})),
    )


@given(keys_and_answers(), st.decimals(min_value=0, max_value=999, places=2))
def test_every_score_is_a_decimal_inside_its_bounds_with_one_sentence_and_the_rule(
    asked: tuple[str, dict[str, Any], dict[str, Any]], maximum: Decimal
) -> None:
    question_type, rules, answer = asked

    scored = score_answer(question_type, rules, answer, maximum)

    assert isinstance(scored.score, Decimal)
    assert 0 <= scored.score <= scored.maximum == maximum
    assert 0 <= scored.fraction <= 1
    assert abs(Fraction(scored.score) - Fraction(scored.fraction) * Fraction(maximum)) <= Fraction(6, 1000)
    assert scored.explanation.endswith(".")
    assert scored.explanation.count(". ") == 0
    assert [rule["kind"] for rule in scored.rules_applied] == [rules["kind"]]


@given(keys_and_answers())
def test_the_same_key_and_answer_score_the_same_to_the_last_bit(
    asked: tuple[str, dict[str, Any], dict[str, Any]],
) -> None:
    question_type, rules, answer = asked
    ready = scorer(question_type, rules)

    scored = [ready.score(answer, Decimal("3.7")) for _ in range(2)]
    scored.append(score_answer(question_type, rules, answer, Decimal("3.7")))

    assert scored[0] == scored[1] == scored[2]
    assert {str(one.score) for one in scored} == {str(scored[0].score)}


def test_what_one_result_says_is_not_shared_with_the_next() -> None:
    first = score_answer("multiple_choice", KEY, {"choice_ids": ["c1"]}, Decimal("1"))
    first.rules_applied[0]["right"] = 99

    second = score_answer("multiple_choice", KEY, {"choice_ids": ["c1"]}, Decimal("1"))

    assert second.rules_applied[0]["right"] == 1


def test_a_key_that_names_other_choices_than_the_question_scores_nobody() -> None:
    with pytest.raises(RulesInvalid, match="there is no choice 'c1'"):
        score_answer(
            "multiple_choice", KEY, {"choice_ids": ["c1"]}, Decimal("1"), [{"id": "c2", "text": "B"}]
        )


def test_a_key_that_would_be_refused_today_for_what_it_gives_away_still_scores() -> None:
    choices = [{"id": "c1", "text": "First"}, {"id": "c2", "text": "Second"}]
    rules = {"kind": "ordering", "order": ["c1", "c2"]}

    assert score_answer("ordering", rules, {"order": ["c1", "c2"]}, Decimal("1"), choices).score == 1
