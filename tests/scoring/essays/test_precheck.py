"""What code decides before anyone is asked."""

from dataclasses import replace
from decimal import Decimal

import pytest

from scoring.essays import precheck
from scoring.essays.text import words
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


PLAIN = words(STRONG)


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
    task = replace(essay(" ".join(PLAIN[:number])), min_words=min_words)

    decision = precheck.decide(task)

    assert (decision and decision.reason) == reason


@pytest.mark.parametrize(
    ("different", "number", "min_words", "is_repeated"),
    [
        (1, 12, 40, True),
        (1, 11, 40, False),  # too few words to call it repetition
        (5, 20, 40, True),  # eight of twenty words would say it all: two fifths
        (5, 18, 40, False),
        (36, 108, 40, True),  # 39 words once are less than forty
        (37, 111, 40, False),
        (46, 138, 100, True),  # twice the least that has to be written: fifty
        (47, 141, 100, False),
    ],
)
def test_repetition_is_held_against_what_was_said_once(
    different: int, number: int, min_words: int, is_repeated: bool
) -> None:
    said = [PLAIN[place % different] for place in range(number)]

    decision = precheck.decide(replace(essay(" ".join(said)), min_words=min_words))

    assert (decision and decision.code) == ("repeated" if is_repeated else None)


@pytest.mark.parametrize(
    ("number", "language", "code"), [(19, "en", None), (20, "en", "wrong_language"), (30, "fi", None)]
)
def test_only_twenty_words_show_another_language_than_a_known_one(
    number: int, language: str, code: str | None
) -> None:
    german = (
        "ich denke dass das museum am montag öffnen soll weil viele leute nur am abend zeit haben und die stadt "
        "davon profitiert aber die nachbarn werden sich nicht freuen und man kann mit ihnen"
    )

    decision = precheck.decide(replace(essay(" ".join(german.split()[:number])), language=language))

    assert (decision and decision.code) == code


@pytest.mark.parametrize(("own", "code"), [(9, "copied"), (10, None)])
def test_beside_a_copy_as_many_own_words_are_asked_for_as_of_any_answer(own: int, code: str | None) -> None:
    decision = precheck.decide(essay(f"{PROMPT} {' '.join(PLAIN[:own])}."))

    assert (decision and decision.code) == code


@pytest.mark.parametrize(("own", "is_copy"), [(2, True), (3, False)])
def test_a_sentence_of_which_four_fifths_stand_in_the_task_is_a_copy(own: int, is_copy: bool) -> None:
    taken = "weigh the consequences and say how the museum"

    found = precheck.own_sentences(essay(f"{taken} {' '.join(['really', 'clearly', 'surely'][:own])}."))

    assert (found == []) is is_copy


@pytest.mark.parametrize(
    ("sentence", "is_copy"),
    [
        ("Weigh the consequences, and say really.", True),  # five words in a row
        ("Weigh the consequences, and.", False),  # four
        ("Weigh the consequences, and really say how the.", False),
    ],
)
def test_less_than_five_words_in_a_row_are_nobodys(sentence: str, is_copy: bool) -> None:
    assert (precheck.own_sentences(essay(sentence)) == []) is is_copy
