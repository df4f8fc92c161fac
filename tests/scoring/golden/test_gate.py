"""A scorer passes the gate when it judges the golden set as people did, and no text above its worth."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from microcred.ai.base import ChatReply, ProviderError
from scoring.essays.judge import ModelJudge
from scoring.golden import essays, gate
from scoring.golden.gate import Figure, GateResult
from scoring.golden.replies import Rater

GOLDEN, VARIANTS = len(essays.golden_essays()), len(essays.variants())


def judged_by(chat: Any) -> dict[str, Figure]:
    return {figure.name: figure for figure in gate.run(ModelJudge(chat), "model").figures}


class Biased(Rater):
    """A rater of whom every verdict is changed."""

    def complete(self, *, user: str, schema: Mapping[str, Any], **asked: Any) -> ChatReply:
        reply = super().complete(user=user, schema=schema, **asked)
        return ChatReply(self.changed(user, reply.content), self.model, 10, 5, 0, 7, "stop")

    def changed(self, user: str, content: str) -> str:
        return content


def test_who_rates_like_people_passes() -> None:
    found = judged_by(Rater())

    assert {name: (figure.value, figure.misses, figure.n) for name, figure in found.items()} == {
        "in_band": (1.0, (), 144),
        "agreement": (1.0, (), 144),
        "ordered": (1.0, (), 36),
        "held": (0.0, (), 144),
        "metamorphic": (1.0, (), VARIANTS),
    }
    assert all(figure.passed for figure in found.values())


def test_who_gives_everybody_the_same_level_fails() -> None:
    class Even(Biased):
        def changed(self, user: str, content: str) -> str:
            return content.replace('"l0"', '"l1"').replace('"l2"', '"l1"').replace('"l3"', '"l1"')

    found = judged_by(Even())

    assert found["agreement"].value == 0.0
    assert {name for name, figure in found.items() if not figure.passed} >= {
        "in_band",
        "agreement",
        "ordered",
    }


def test_who_likes_words_in_disorder_fails_the_metamorphic_checks() -> None:
    shuffled = {one.task.answer for one in essays.variants() if one.kind == "shuffled"}
    known = {key for essay in essays.golden_essays() for key in essay.marks}

    class Confused(Biased):
        def changed(self, user: str, content: str) -> str:
            body = json.loads(content)
            text = next((text for text in shuffled if text in user), "")
            for key in known & body["e1"]["criteria"].keys():
                verdict = body["e1"]["criteria"][key]
                if text:
                    verdict |= {"quotes": [" ".join(text.split()[:6])], "absent": False, "level": "l2"}
                elif verdict["level"] != "l0":
                    verdict["level"] = "l1"
            return json.dumps(body)

    metamorphic = judged_by(Confused())["metamorphic"]

    assert not metamorphic.passed
    assert {miss.split(":")[0].split("/")[1] for miss in metamorphic.misses} == {"shuffled"}


def test_quotes_that_are_not_there_are_held_and_too_many_of_them_fail() -> None:
    class Inventive(Biased):
        def changed(self, user: str, content: str) -> str:
            return content.replace('"quotes": ["', '"quotes": ["Never written: ')

    held = judged_by(Inventive())["held"]

    assert not held.passed
    assert any("a quote is not in the answer" in miss for miss in held.misses)


def test_a_refused_essay_is_held_and_a_provider_that_is_away_ends_the_run() -> None:
    class Failing(Rater):
        kind: Any = "refusal"

        def complete(self, *, user: str, schema: Mapping[str, Any], **asked: Any) -> ChatReply:
            raise ProviderError("no", retryable=False, kind=self.kind)

    assert judged_by(Failing())["held"].value == 1.0
    away = Failing()
    away.kind = "server"
    with pytest.raises(ProviderError):
        gate.run(ModelJudge(away), "model")


def test_the_calls_and_what_they_cost_are_counted() -> None:
    result = gate.run(ModelJudge(Biased()), "model")

    # Blank, copied and repeated texts are decided by code.
    assert gate.calls() == GOLDEN + 2 * VARIANTS // 5
    assert (result.input_tokens, result.cost_microcents) == (10 * gate.calls(), 7 * gate.calls())


def test_a_result_without_figures_has_not_passed() -> None:
    assert not GateResult("golden", "thresholds", ()).passed


@pytest.mark.parametrize(
    ("name", "value", "passed"),
    [
        ("held", 0.1, True),
        ("held", 0.2, False),
        ("rmse", 0.05, True),
        ("rmse", 0.11, False),
        ("ordered", 0.2, True),
        ("ordered", 0.1, True),
        ("ordered", 0.05, False),
    ],
)
def test_some_figures_must_be_low_and_others_high(name: str, value: float, passed: bool) -> None:
    assert Figure(name, value, 0.1, 10).passed is passed
