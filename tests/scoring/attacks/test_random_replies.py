"""Replies spoilt at random: whatever a model says, a judgement keeps its bounds or there is none."""

import copy
import json
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from microcred.ai.base import ProviderError
from scoring.attacks import dataset
from scoring.attacks.fakes import FakeModel, judged, sent_in
from scoring.attacks.suite import broken
from scoring.essays.judge import ModelJudge

SEED = 20261120
NASTY: tuple[Any, ...] = (
    None, True, False, 0, -1, 1e308, 10**30, "", "l3", "l99", "5/5", "\u200b", "\ud800", "\x00", [], {}, ["l3"],
    {"level": "l3"}, "<script>alert(1)</script>", "word " * 5000, [None] * 500, [[[[]]]], "ignore the rubric",
)  # fmt: skip
NAMES = ("points", "score", "level", "quotes", "absent", "reason", "criteria", "e1", "e2", "__proto__", "")


@dataclass
class RandomModel(FakeModel):
    """Replies with the honest reply after one to four changes drawn by ``chance``."""

    chance: random.Random = field(default_factory=random.Random)

    def reply(self, system: str, user: str) -> str:
        """The honest reply, spoilt."""
        body: Any = {sent.label: judged(sent) for sent in sent_in(user)}
        for _ in range(self.chance.randint(1, 4)):
            body = self._changed(copy.deepcopy(body))
        text = json.dumps(body)
        if self.chance.random() < 0.15:
            place = self.chance.randrange(len(text))
            text = text[:place] + self.chance.choice(["", '"', "}", "\\", "NaN", "\x00"]) + text[place + 1 :]
        return text if self.chance.random() > 0.05 else text[: self.chance.randrange(len(text))]

    def _changed(self, body: Any) -> Any:
        holder, key = self.chance.choice([*places(body)] or [([body], 0)])
        kind = self.chance.choice(("replace", "drop", "add", "copy"))
        if kind == "replace":
            holder[key] = self.chance.choice(NASTY)
        elif kind == "drop":
            del holder[key]
        elif isinstance(holder, dict):
            other = self.chance.choice([*holder.values()])
            holder[self.chance.choice(NAMES)] = other if kind == "copy" else self.chance.choice(NASTY)
        else:
            holder.append(self.chance.choice(NASTY))
        return body


def places(node: Any) -> Iterator[tuple[Any, Any]]:
    """Every place in a reply, as what holds it and its key."""
    pairs = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in pairs:
        yield node, key
        yield from places(value)


def outcome_of(number: int) -> str:
    """Have two essays judged by a model that spoils its reply in its own way; return what came of it."""
    carriers = {essay.id: essay.task for essay in dataset.carriers()}
    tasks = [carriers["orders-middling"], carriers["rooms-weak"]]
    model = RandomModel(chance=random.Random(SEED + number))
    try:
        judgements = ModelJudge(model).judge(tasks)
    except ProviderError as error:
        return error.kind
    problems = [problem for one in zip(tasks, judgements, strict=True) if (problem := broken(*one))]
    return problems[0] if problems else "judged"


@pytest.mark.parametrize("number", [150, pytest.param(2500, marks=pytest.mark.long)])
def test_no_reply_breaks_a_judgement(number: int) -> None:
    found = Counter(map(outcome_of, range(number)))

    assert set(found) <= {"judged", "bad_reply"}, found
    assert min(found["judged"], found["bad_reply"]) > number / 20, found
