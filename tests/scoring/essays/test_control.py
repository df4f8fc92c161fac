"""A criterion that no honest essay can meet."""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from scoring.essays.control import KEYS, controlled
from scoring.essays.judge import ModelJudge
from scoring.essays.judgement import CriterionVerdict
from scoring.essays.prompt import PROMPT_VERSION
from tests.scoring.essays.chats import ScriptedChat, honest, verdict
from tests.scoring.essays.samples import STRONG, essay

TASK = essay(STRONG)


def test_it_stands_among_the_criteria_and_looks_like_one_of_them() -> None:
    made = controlled(TASK, "seed")
    control = next(c for c in made.asked.criteria if c.key == made.key)

    assert [c for c in made.asked.criteria if c.key != made.key] == list(TASK.criteria)
    assert made.key in KEYS
    assert any(
        [level.id for level in c.levels] == [level.id for level in control.levels] for c in TASK.criteria
    )
    assert len({level.description for level in control.levels}) == len(control.levels)


def test_the_same_seed_asks_the_same_and_others_ask_something_else_somewhere_else() -> None:
    made = [controlled(TASK, f"seed {at}") for at in range(200)]
    places = Counter([c.key for c in one.asked.criteria].index(one.key) for one in made)

    assert controlled(TASK, "seed 7") == made[7]
    assert len({one.key for one in made}) > 15
    assert sorted(places) == [0, 1, 2]
    assert min(places.values()) > 40


@pytest.mark.parametrize("seed", [f"seed {at}" for at in range(12)])
def test_it_is_passed_with_its_own_lowest_level_alone(seed: str) -> None:
    made = controlled(TASK, seed)
    lowest, *higher = next(c.levels for c in made.asked.criteria if c.key == made.key)

    def given(level: str | None) -> CriterionVerdict:
        return CriterionVerdict(made.key, level, "", (), False, "scored", None, TASK.maximum)

    assert made.is_passed(given(lowest.id))
    assert not any(made.is_passed(given(level.id)) for level in higher)
    assert not made.is_passed(given(None))


def test_its_lowest_and_its_best_level_say_the_same_whatever_the_number_of_levels() -> None:
    described = []
    for number in (2, 3, 4):
        levels = TASK.criteria[0].levels[:number]
        task = replace(TASK, criteria=tuple(replace(one, levels=levels) for one in TASK.criteria))
        made = controlled(task, "seed")
        control = next(one for one in made.asked.criteria if one.key == made.key)
        described.append([level.description for level in control.levels])

    assert [len(one) for one in described] == [2, 3, 4]
    assert len({one[0] for one in described}) == len({one[-1] for one in described}) == 1
    assert described[0][0] != described[0][-1]


def test_what_an_essay_speaks_of_is_not_asked() -> None:
    words = "bicycle frame door colour front tortoise pet shoes shoe size winter lullaby infant knew soup least likes"
    task = replace(TASK, answer=f"{STRONG} {words}")

    drawn = {controlled(task, str(at)).key for at in range(200)}

    assert drawn.isdisjoint({"bicycle-number", "door-colour", "first-pet", "shoe-size", "lullaby", "soup"})


def test_a_key_of_the_rubric_is_not_taken_twice() -> None:
    first, *others = TASK.criteria
    task = replace(TASK, criteria=(replace(first, key=controlled(TASK, "seed").key), *others))

    keys = [c.key for c in controlled(task, "seed").asked.criteria]

    assert len(set(keys)) == 3


def about_the_control(change: Mapping[str, Any] | None) -> ScriptedChat:
    """A model that is honest, but for what it says of the control; None says nothing at all."""

    def reply(user: str, schema: Mapping[str, Any]) -> str:
        body = json.loads(honest(user, schema))
        for part in body.values():
            (key,) = KEYS & part["criteria"].keys()
            part["criteria"][key] = change if change else "nothing"
        return json.dumps(body)

    return ScriptedChat(reply)


@pytest.mark.parametrize(
    "said",
    [
        verdict("l3", "In the end I would"),
        verdict("l1", "words that are not in the answer"),
        verdict("t1", None),
        None,
    ],
)
def test_a_model_that_raises_it_or_passes_over_it_is_not_believed(said: Mapping[str, Any] | None) -> None:
    (held,) = ModelJudge(about_the_control(said)).judge([TASK])

    assert (held.outcome, held.score, held.injection_suspected) == ("needs_review", None, True)
    assert held.flags == ("control_raised",)
    assert [(v.criterion_key, v.level_id, v.reason, v.quotes) for v in held.verdicts] == [
        ("weighing", None, "", ()),
        ("trial", None, "", ()),
    ]


def test_it_is_no_part_of_a_judgement_and_stays_in_the_stored_reply() -> None:
    (judged,) = ModelJudge(ScriptedChat(honest)).judge([TASK])

    assert [v.criterion_key for v in judged.verdicts] == ["weighing", "trial"]
    assert (judged.outcome, judged.flags) == ("scored", ())
    assert len(KEYS & judged.raw["criteria"].keys()) == 1


def test_a_stored_reply_is_read_with_the_control_it_was_asked_with() -> None:
    chat = about_the_control(verdict("l3", "In the end I would"))
    judge = ModelJudge(chat)
    call = judge.prepare([TASK])
    reply = judge.ask(call)

    assert judge.read_again(TASK, "e1", reply).flags == ("control_raised",)
    assert controlled(TASK, TASK.fingerprint(PROMPT_VERSION, chat.model)).key in call.prompt.user
