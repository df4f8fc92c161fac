"""What code decides before anyone is asked."""

from dataclasses import replace
from decimal import Decimal

import pytest

from scoring.essays import precheck
from tests.scoring.essays.samples import MIDDLING, OFF_TOPIC, PROMPT, RUBRIC, STRONG, WEAK, essay

SENTENCE = "The museum should open on Monday evenings because visitors want it. "


@pytest.mark.parametrize(
    ("name", "answer", "code"),
    [
        ("nothing", "", "blank"),
        ("white space", " \n\t ", "blank"),
        ("invisible characters", "\u200b\u2060\ufeff", "blank"),
        ("signs without a word", "... !!! ---", "blank"),
        ("five words", "Open it, for the money.", "too_short"),
        ("the prompt", PROMPT, "copied"),
        ("the prompt with a few words", f"{PROMPT} I agree with this very much.", "copied"),
        ("the guidance", " ".join(c["guidance"] for c in RUBRIC["criteria"]), "copied"),
        ("one sentence over and over", SENTENCE * 12, "repeated"),
        ("the same without full stops", SENTENCE.replace(".", "") * 12, "repeated"),
        ("keyboard", "sdfkjh wertzq lkjhgf mnbvcx qwrtpl zxcvbn " * 4, "gibberish"),
        ("one letter", "aaaaaaa bbbbbbbb ccccccc ddddddd eeeeeee " * 4, "gibberish"),
        ("signs and digits", "12 %% $$ ## 99 // == ++ 55 &&&& ((( 1 2 3 4 5 6 7 8 9 0 " * 3, "gibberish"),
        (
            "a list of keywords",
            "museum visitors staff neighbours income wages trial survey noise parking heating tickets "
            "evening opening costs gains overtime recommendation consequences measurement count rule limit end",
            "gibberish",
        ),
        (
            "German",
            "Ich denke, dass das Museum am Montag öffnen soll, weil viele Leute nur am Abend Zeit haben und die "
            "Stadt davon profitiert. Die Nachbarn werden sich nicht freuen, aber man kann mit ihnen reden.",
            "wrong_language",
        ),
        (
            "Russian",
            "Я думаю, что музей должен открываться по понедельникам вечером, потому что многие люди работают днём "
            "и не могут прийти раньше, а персонал получит свободное утро и надбавку за работу вечером.",
            "wrong_language",
        ),
    ],
)  # fmt: skip
def test_an_answer_without_work_of_its_own_is_decided_by_code(name: str, answer: str, code: str) -> None:
    decision = precheck.decide(essay(answer))

    assert decision is not None, name
    assert decision.code == code


@pytest.mark.parametrize("answer", [STRONG, MIDDLING, WEAK, OFF_TOPIC, f"{PROMPT}\n\n{MIDDLING}"])
def test_an_answer_with_work_of_its_own_goes_to_a_judge(answer: str) -> None:
    assert precheck.decide(essay(answer)) is None


def test_a_decision_gives_the_lowest_level_of_every_criterion_with_the_reason() -> None:
    task = essay("Open it, for the money.")
    decision = precheck.decide(task)
    assert decision is not None

    judged = precheck.judgement(task, decision)

    assert (judged.outcome, judged.score, judged.scored_weight) == (
        "decided_by_code",
        Decimal("0"),
        Decimal("6"),
    )
    assert [(v.level_id, v.absence, v.quotes, v.status) for v in judged.verdicts] == [
        ("l0", True, (), "scored"),
        ("t0", True, (), "scored"),
    ]
    assert {v.reason for v in judged.verdicts} == {
        "Your answer has 5 words, which is too short to be judged. The task asks for at least 40 words."
    }
    assert (judged.provider, judged.reason_code, judged.uncertainty) == ("code", "too_short", 0.0)


@pytest.mark.parametrize(("answer", "score"), [("", "0.00"), ("Too few words, sorry.", "6.00")])
def test_a_blank_answer_earns_nothing_even_where_the_lowest_level_is_worth_points(
    answer: str, score: str
) -> None:
    criteria = [{**c, "levels": [{**c["levels"][-1], "points": "1"}]} for c in RUBRIC["criteria"]]
    task = essay(answer, criteria=criteria)
    decision = precheck.decide(task)
    assert decision is not None

    assert str(precheck.judgement(task, decision).score) == score


def test_only_own_sentences_count_and_each_once() -> None:
    task = essay(f"{PROMPT} We should try it. We should try it! Staff need rest.")

    assert [span.text for span in precheck.own_sentences(task)] == ["We should try it.", "Staff need rest."]


@pytest.mark.parametrize(("min_words", "least"), [(None, 5), (10, 5), (40, 10), (250, 63)])
def test_too_short_is_a_quarter_of_what_was_asked_for(min_words: int | None, least: int) -> None:
    task = replace(essay(STRONG), min_words=min_words)

    assert precheck.least_words(task) == least


WORDS = "We think that the museum would win many new visitors and then pay for heating and light.".split()


@pytest.mark.parametrize(
    ("number", "min_words", "reason"),
    [
        (1, None, "Your answer has 1 word, which is too short to be judged."),
        (4, None, "Your answer has 4 words, which is too short to be judged."),
        (5, None, None),
        (
            9,
            40,
            "Your answer has 9 words, which is too short to be judged. The task asks for at least 40 words.",
        ),
        (10, 40, None),
    ],
)
def test_an_answer_of_just_enough_words_is_judged(
    number: int, min_words: int | None, reason: str | None
) -> None:
    task = replace(essay(" ".join(WORDS[:number])), min_words=min_words)

    decision = precheck.decide(task)

    assert (decision and decision.reason) == reason
