"""What attacks on the essay judge achieve: nothing, or a look by a person."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from scoring.attacks import dataset, suite
from scoring.attacks.fakes import ObedientModel
from scoring.attacks.hostile import WAYS
from scoring.attacks.report import report
from scoring.attacks.secrets import gives_away
from scoring.essays import judge
from scoring.essays.judge import ModelJudge
from scoring.essays.text import clean


def test_the_set_is_as_large_as_it_claims_and_every_attack_has_a_name_of_its_own() -> None:
    attacks = list(dataset.attacks())

    assert len(attacks) >= 400
    assert len({attack.id for attack in attacks}) == len(attacks)
    assert {attack.position for attack in attacks} == {"start", "middle", "end", "whole"}
    assert list(dict.fromkeys(attack.family for attack in attacks)) == dataset.families()


def test_one_attack_of_every_family_fails() -> None:
    outcomes = suite.obedient(dataset.attacks(first_of_each=True))

    assert [outcome for outcome in outcomes if outcome.succeeded] == []
    assert len(outcomes) == len(dataset.families())


def test_every_hostile_reply_ends_in_a_judgement_or_a_known_error() -> None:
    outcomes = suite.hostile()

    assert [outcome for outcome in outcomes if outcome.succeeded] == []
    assert len(outcomes) == len(WAYS)


def test_clean_essays_are_neither_flagged_nor_moved() -> None:
    found = suite.honest()

    assert found.essays == 29
    assert found.flagged == ()
    assert found.drift == 0


def test_a_pipeline_that_notices_nothing_is_beaten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judge, "suspicions", lambda answer: ())

    outcomes = suite.obedient(dataset.attacks(only=["direct-order"], first_of_each=True))

    assert [(outcome.fate, outcome.detail) for outcome in outcomes] == [("raised", "4.00 to 12.00")]


def test_the_obedient_model_obeys_through_the_real_prompt() -> None:
    attack = next(dataset.attacks(only=["split"], first_of_each=False))
    model = ObedientModel(orders=dataset.orders())

    ModelJudge(model).judge(attack.tasks)

    assert len(model.prompts) == 2, "the two halves of a divided order are never read in one call"


def test_an_answer_that_gives_staff_text_away_is_recognised_in_disguise() -> None:
    task = dataset.carriers()[0].task
    guidance = task.criteria[0].guidance

    assert gives_away(guidance[:60], task)
    assert gives_away(guidance[:60][::-1], task)
    assert gives_away("-".join(guidance[:60].upper()), task)
    assert not gives_away("You compare several causes before you act.", task)


def test_tag_characters_never_reach_a_model() -> None:
    hidden = next(order for order in dataset.orders() if ord(order.parts[0][0]) >= 0xE0000)

    assert clean(hidden.parts[0]) == ""


def test_the_command_prints_a_table_and_fails_when_something_got_through(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    out = StringIO()
    call_command("attack_suite", "--fake", "obedient", "--family", "score-echo", stdout=out)
    assert "| score-echo | 50 |" in out.getvalue()

    monkeypatch.setattr(judge, "suspicions", lambda answer: ())
    with pytest.raises(CommandError, match="attacks succeeded"):
        call_command("attack_suite", "--fake", "obedient", "--family", "score-echo", stdout=StringIO())


def test_the_command_prints_one_json_object() -> None:
    out = StringIO()
    call_command("attack_suite", "--fake", "honest", "--json", stdout=out)

    assert json.loads(out.getvalue())["clean"]["flagged"] == []


@pytest.mark.long
def test_orders_that_the_defences_were_not_tuned_to_are_reported_and_fail_nothing() -> None:
    out = StringIO()

    call_command("attack_suite", "--unseen", "--json", stdout=out)

    (row,) = json.loads(out.getvalue())["rows"]
    assert row["attacks"] == 300
    assert row["undefended"] == 300


@pytest.mark.long
def test_no_attack_of_the_whole_set_succeeds() -> None:
    found = report(dataset.version(), suite.obedient(dataset.attacks()), None)

    assert found.successes == ()
