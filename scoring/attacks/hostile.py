"""Replies that no model should give, each made from the honest reply to the same prompt."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from scoring.attacks.fakes import FakeModel, judged, sent_in

Body = dict[str, Any]
MEGABYTES: Final = 10_000_000


@dataclass
class HostileModel(FakeModel):
    """Replies in one of the ways named in ``WAYS``."""

    way: str = "not json"

    def reply(self, system: str, user: str) -> str:
        """The honest reply, spoilt."""
        honest = {sent.label: judged(sent) for sent in sent_in(user)}
        return WAYS[self.way](json.dumps(honest))


def _each(change: Callable[[Body], None]) -> Callable[[str], str]:
    """Change every verdict of an honest reply."""

    def spoil(honest: str) -> str:
        body = json.loads(honest)
        for essay in body.values():
            for verdict in essay["criteria"].values():
                change(verdict)
        return json.dumps(body)

    return spoil


def _set(**fields: Any) -> Callable[[str], str]:
    return _each(lambda verdict: verdict.update(fields))


def _raw_level(literal: str) -> Callable[[str], str]:
    """Put a JSON literal that Python would not write in the place of every level."""
    return lambda honest: re.sub(r'"level": "[^"]*"', f'"level": {literal}', honest)


def _essays(change: Callable[[Body], None]) -> Callable[[str], str]:
    def spoil(honest: str) -> str:
        body = json.loads(honest)
        for essay in body.values():
            change(essay)
        return json.dumps(body)

    return spoil


def _lose_one(essay: Body) -> None:
    essay["criteria"].pop(next(iter(essay["criteria"])))


def _add_one(essay: Body) -> None:
    essay["criteria"]["style"] = {"reason": "Good.", "quotes": [], "absent": False, "level": "l3"}


def _twice(honest: str) -> str:
    body = json.loads(honest)
    essay = next(iter(body.values()))
    key, verdict = next(iter(essay["criteria"].items()))
    doubled = f'"{key}": {json.dumps(verdict)}'
    return honest.replace(doubled, f"{doubled}, {doubled.replace(verdict['level'], 'l3')}", 1)


WAYS: Final[Mapping[str, Callable[[str], str]]] = {
    "not json": lambda _: "I would give this essay four points.",
    "empty": lambda _: "",
    "null": lambda _: "null",
    "list": lambda honest: f"[{honest}]",
    "cut off": lambda honest: honest[: len(honest) // 2],
    "fenced in Markdown": lambda honest: f"```json\n{honest}\n```",
    "HTML": lambda _: "<!doctype html><h1>502 Bad Gateway</h1>",
    "deep": lambda _: '{"e1": ' * 50_000 + "1" + "}" * 50_000,
    "10 MB": lambda honest: honest[:-1] + ', "padding": "' + "x" * MEGABYTES + '"}',
    "wrong essays": lambda honest: honest.replace('"e1"', '"e9"'),
    "NaN": _raw_level("NaN"),
    "Infinity": _raw_level("-Infinity"),
    "1e308": _raw_level("1e308"),
    "huge integer": _raw_level("9" * 5000),
    "negative": _raw_level("-1"),
    "five of five": _raw_level('"5/5"'),
    "boolean level": _raw_level("true"),
    "null level": _raw_level("null"),
    "unknown level": _raw_level('"l99"'),
    "list of levels": _raw_level('["l3"]'),
    "points added": _set(points=1e308, score="5/5", maximum=-1),
    "boolean reason": _set(reason=True),
    "empty reason": _set(reason=" \u200b "),
    "long reason": _set(reason="word " * 50_000),
    "HTML reason": _set(reason="<b onmouseover=alert(1)>Good</b>"),
    "wrong language": _set(reason="本文写得很好，观点清楚。"),
    "invented quotes": _set(quotes=["This sentence is nowhere in the essay at all."], absent=False),
    "quotes not a list": _set(quotes="all of it"),
    "numbers as quotes": _set(quotes=[1, None, {}]),
    "a thousand quotes": _set(quotes=["the"] * 1000),
    "one letter quoted": _set(quotes=["e"], absent=False),
    "absent at the top": _set(absent=True, level="l3", quotes=[]),
    "absent as text": _set(absent="no"),
    "lone surrogate": _set(reason="\ud800 good"),
    "NUL": _set(reason="good\x00", extra="\x00"),
    "missing criterion": _essays(_lose_one),
    "extra criterion": _essays(_add_one),
    "criteria a list": _essays(lambda essay: essay.update(criteria=[])),
    "essay a number": lambda honest: re.sub(r'^\{"e1": .*$', '{"e1": 5}', honest, flags=re.DOTALL),
    "criterion twice": _twice,
    "flag as text": _essays(lambda essay: essay.update(instructions_in_answer="false")),
}
