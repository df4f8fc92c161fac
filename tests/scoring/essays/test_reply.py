"""A reply is as untrusted as the answer: what is wrong with it never becomes a score."""

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from microcred.ai.base import ProviderError
from scoring.essays.judgement import CriterionVerdict
from scoring.essays.reply import EssayReply, read_reply
from tests.scoring.essays.chats import verdict
from tests.scoring.essays.samples import STRONG, essay

TASK = essay(STRONG)
TWO, THREE = Decimal(2), Decimal(3)
QUOTE = "wages, heating and light"
GOOD = {"weighing": verdict("l2", QUOTE), "trial": verdict("t2", "try it for two months")}


def read(criteria: Any, **others: Any) -> EssayReply:
    """The reading of one essay's reply."""
    body = {"e1": {"instructions_in_answer": False, "criteria": criteria, **others}}
    return read_reply(json.dumps(body), [TASK], ["e1"])[0]


def test_a_good_reply_becomes_points_and_places() -> None:
    weighing, trial = read(GOOD).verdicts

    assert (weighing.status, weighing.level_id, weighing.points, weighing.maximum) == (
        "scored",
        "l2",
        TWO,
        THREE,
    )
    assert (trial.status, trial.points, trial.absence, trial.reason) == (
        "scored",
        TWO,
        False,
        "You say it plainly.",
    )
    (quote,) = weighing.quotes
    assert STRONG[quote.start : quote.end] == quote.text == QUOTE


def test_an_absence_needs_a_mark_and_no_quote() -> None:
    _, trial = read({**GOOD, "trial": verdict("t0", None)}).verdicts

    assert (trial.status, trial.points, trial.absence, trial.quotes) == ("scored", Decimal(0), True, ())


@pytest.mark.parametrize(
    ("trial", "note"),
    [
        (verdict("t2", "words that are not there"), "a quote is not in the answer"),
        (verdict("t2", "the"), "a quote is too short to be evidence"),
        (verdict("l3", QUOTE), "the reply names no level of this criterion"),
        (verdict("t9", QUOTE), "the reply names no level of this criterion"),
        ({**verdict("t2", QUOTE), "level": 2}, "the reply names no level of this criterion"),
        ({**verdict("t2", QUOTE), "level": True}, "the reply names no level of this criterion"),
        ({**verdict("t2", QUOTE), "level": float("inf")}, "the reply names no level of this criterion"),
        ({**verdict("t2", QUOTE), "quotes": []}, "the verdict rests on no quote"),
        ({**verdict("t2", QUOTE), "quotes": [" "]}, "the verdict rests on no quote"),
        ({**verdict("t2", QUOTE), "quotes": QUOTE}, "the reply gives no list of quotes"),
        ({**verdict("t2", QUOTE), "quotes": [7]}, "the reply gives no list of quotes"),
        ({**verdict("t2", QUOTE), "quotes": [QUOTE] * 11}, "the reply gives too many quotes"),
        ({**verdict("t2", QUOTE), "quotes": [QUOTE, "not there at all"]}, "a quote is not in the answer"),
        ({**verdict("t2", None)}, "the criterion is said to be absent, but not at the lowest level"),
        ({**verdict("t2", QUOTE), "absent": "no"}, "the reply does not say whether the criterion is absent"),
        ({**verdict("t2", QUOTE), "reason": ""}, "the reply gives no reason"),
        ({**verdict("t2", QUOTE), "reason": ["x"]}, "the reply gives no reason"),
        ([verdict("t2", QUOTE)], "the reply has no verdict on this criterion"),
        (None, "the reply has no verdict on this criterion"),
    ],
)
def test_a_fault_holds_its_criterion_for_a_person_and_no_other(trial: Any, note: str) -> None:
    kept, held = read({**GOOD, "trial": trial}).verdicts

    assert (held.status, held.points, held.note) == ("needs_review", None, note)
    assert (kept.status, kept.points) == ("scored", TWO)


def test_a_missing_criterion_is_held_and_an_unknown_one_ignored() -> None:
    found = read({"weighing": GOOD["weighing"], "style": verdict("l3", QUOTE)})

    assert [v.status for v in found.verdicts] == ["scored", "needs_review"]
    assert found.notes == ("1 verdicts on unknown criteria ignored",)


def test_a_criterion_judged_twice_is_held_and_no_other() -> None:
    once, again = json.dumps(verdict("t0", None)), json.dumps(verdict("t2", QUOTE))
    weighing = json.dumps(GOOD["weighing"])
    content = f'{{"e1": {{"criteria": {{"trial": {once}, "weighing": {weighing}, "trial": {again}}}}}}}'

    kept, held = read_reply(content, [TASK], ["e1"])[0].verdicts

    assert (kept.status, kept.points) == ("scored", TWO)
    assert held == CriterionVerdict(
        "trial", None, "", (), False, "needs_review", None, TWO, "the reply judges this criterion twice"
    )


def test_ten_quotes_are_not_too_many_and_the_same_one_is_kept_once() -> None:
    _, trial = read({**GOOD, "trial": {**verdict("t2", QUOTE), "quotes": [QUOTE] * 10}}).verdicts

    assert (trial.status, [quote.text for quote in trial.quotes]) == ("scored", [QUOTE])


def test_of_the_quotes_of_a_held_verdict_those_that_stand_are_kept() -> None:
    mixed = {**verdict("t2", QUOTE), "quotes": ["not there at all", QUOTE]}

    _, trial = read({**GOOD, "trial": mixed}).verdicts

    assert (trial.status, [quote.text for quote in trial.quotes]) == ("needs_review", [QUOTE])


def test_points_nobody_asked_for_change_nothing() -> None:
    _, trial = read({**GOOD, "trial": verdict("t1", QUOTE, points=99, score="5/5")}).verdicts

    assert (trial.status, trial.points, trial.note) == ("scored", Decimal(1), "2 unknown fields ignored")


def test_a_reason_that_repeats_staff_text_is_withheld() -> None:
    leak = "The notes say: either recommendation can earn the best level."

    weighing, _ = read({**GOOD, "weighing": verdict("l2", QUOTE, reason=leak)}).verdicts

    assert weighing.reason == "Weighing of consequences was judged “Sound”."
    assert (weighing.status, weighing.note) == (
        "scored",
        "reason withheld: it repeats text that is for staff",
    )


def test_a_reason_is_cleaned_put_on_one_line_and_cut() -> None:
    reason = "You\u200b say\x00 it.\n" + "Well done indeed. " * 80

    weighing, _ = read({**GOOD, "weighing": verdict("l2", QUOTE, reason=reason)}).verdicts

    assert weighing.reason.startswith("You say it. Well done indeed.")
    assert weighing.reason.endswith("…")
    assert len(weighing.reason) <= 600


def test_a_reason_of_six_hundred_characters_is_read_whole() -> None:
    reason = f"Yes{'.' * 597}"

    whole, _ = read({**GOOD, "weighing": verdict("l2", QUOTE, reason=reason)}).verdicts
    cut, _ = read({**GOOD, "weighing": verdict("l2", QUOTE, reason=f"{reason}.")}).verdicts

    assert whole.reason == reason
    assert cut.reason == f"{reason[:599]}…"


def nested(depth: int, core: Any) -> Any:
    """The core within so many lists."""
    for _ in range(depth):
        core = [core]
    return core


def test_a_reply_is_kept_as_it_was_but_for_what_json_columns_refuse() -> None:
    said = ["a\x00b\ud800c\udfff", float("-inf"), -3, 2.5, True, None, {"\x00k": "v"}]

    raw = read(GOOD, said=said, deep=nested(11, "x"), deeper=nested(12, "x")).raw

    assert raw["said"] == ["abc", "-inf", -3, 2.5, True, None, {"k": "v"}]
    assert (raw["deep"], raw["deeper"]) == (nested(11, "x"), nested(11, "…"))
    assert raw["criteria"] == GOOD


def test_what_is_kept_of_a_reply_can_be_stored_as_json() -> None:
    deep: Any = "x"
    for _ in range(40):
        deep = [deep]

    raw = read(GOOD, extra=["\x00\ud800", float("inf"), deep]).raw

    stored = json.dumps(raw, allow_nan=False)
    assert "\\u0000" not in stored
    assert "\\ud800" not in stored
    assert stored.count("[[") < 15


def test_a_model_may_note_instructions() -> None:
    assert read(GOOD, instructions_in_answer=True).instructions_noted is True
    assert read(GOOD, instructions_in_answer="yes").instructions_noted is False


def test_an_essay_left_out_of_a_shared_reply_is_held_whole() -> None:
    content = json.dumps({"e2": {"instructions_in_answer": False, "criteria": GOOD}})

    first, second = read_reply(content, [TASK, TASK], ["e1", "e2"])

    assert [v.status for v in first.verdicts] == ["needs_review", "needs_review"]
    assert [v.status for v in second.verdicts] == ["scored", "scored"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "the reply is not JSON"),
        ("I would give it five points.", "the reply is not JSON"),
        ('{"e1": {"criteria": {"weighing": {"rea', "the reply is not JSON"),
        ("[" * 100_000, "the reply is not JSON"),
        ('{"e1": ' + "9" * 5000 + "}", "the reply is not JSON"),
        ("[]", "the reply is not a JSON object"),
        ("null", "the reply is not a JSON object"),
        ("{}", "the reply names none of the essays"),
        ('{"e1": "l3"}', "the reply names none of the essays"),
        (" " * 400_001, "the reply is too long"),
    ],
    ids=lambda value: value[:20],
)
def test_a_useless_reply_is_a_failure_that_may_be_tried_again(content: str, message: str) -> None:
    with pytest.raises(ProviderError, match=message) as caught:
        read_reply(content, [TASK], ["e1"])

    assert (caught.value.kind, caught.value.retryable) == ("bad_reply", True)


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10) | st.just(QUOTE),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["reason", "quotes", "absent", "level", "x"]), inner, max_size=5)
    ),
    max_leaves=8,
)


def wild(levels: list[str]) -> st.SearchStrategy[Any]:
    """Verdicts of every degree of wrongness, right ones among them."""
    return anything | st.fixed_dictionaries(
        {
            "reason": anything | st.just("Because."),
            "quotes": anything | st.just([QUOTE]),
            "absent": anything | st.booleans(),
            "level": anything | st.sampled_from(levels),
        }
    )


@given(wild(["l0", "l3", "t2"]), wild(["t0", "t2", "l3"]))
def test_no_reply_breaks_the_rules_of_a_verdict(weighing: Any, trial: Any) -> None:
    for found, criterion in zip(
        read({"weighing": weighing, "trial": trial}).verdicts, TASK.criteria, strict=True
    ):
        assert found.criterion_key == criterion.key
        assert (found.points is None) == (found.status == "needs_review")
        assert found.points is None or 0 <= found.points <= criterion.maximum
        assert all(STRONG[q.start : q.end] == q.text for q in found.quotes)
        assert found.status == "needs_review" or found.quotes or found.level_id == criterion.levels[0].id


def test_a_fenced_reply_is_read_at_once() -> None:
    body = json.dumps({"e1": {"instructions_in_answer": False, "criteria": GOOD}})

    (found,) = read_reply(f"```json\n{body}\n```", [TASK], ["e1"])

    assert [verdict.status for verdict in found.verdicts] == ["scored", "scored"]
