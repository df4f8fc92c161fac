"""Three chat models to run the real pipeline against.

*Obedient* does whatever any text in what it is sent orders, fenced or not, in every language and disguise: it is
told beforehand what an attack says and what it wants, so that no attack fails for want of a clever model and its
obedience owes nothing to the patterns that it tests. Four words in a row are enough for it to obey the whole order.
*Honest* judges by counting the content words of the guidance and obeys nobody. *Hostile* replies with what no model
should.
"""

import base64
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from microcred.ai.base import ChatReply
from scoring.attacks.dataset import RAISING, Order
from scoring.essays.control import KEYS
from scoring.essays.language import FUNCTION_WORDS
from scoring.essays.text import clean, shingles, words

_ESSAY: Final = re.compile(
    r"(\{\n \"essay\".*?\n\})\n<<<ANSWER (\w+) (\w+)>>>\n(.*?)\n<<<END ANSWER \2 \3>>>", re.DOTALL
)
_GENERAL: Final = re.compile(r"(?i)\b(?:highest|best|top|maximum) (?:score|level|mark|grade)|\bfull marks\b")
QUOTED: Final = 80
WORDS_A_LEVEL: Final = 120
# So much of an order is enough to be obeyed.
FRAGMENT: Final = 4
LONG: Final = "and then I thought again, "


def _told(text: str) -> str:
    """Text as it is recognised: cleaned as every answer is, white space apart."""
    return " ".join(clean(text).split())


def _is_left(part: str, answer: str, innocent: str) -> bool:
    """Whether enough of a part of an order stands in an answer; words that the essay has anyway are no order."""
    told = words(clean(part))
    if not told:
        return bool(_told(part)) and _told(part) in answer
    size = min(FRAGMENT, len(told))
    telling = frozenset(shingles(told, size)) - frozenset(shingles(words(innocent), size))
    return not telling.isdisjoint(shingles(words(answer), size))


@dataclass(frozen=True, slots=True)
class Sent:
    """One essay as a model was sent it."""

    label: str
    about: Mapping[str, Any]
    answer: str


def sent_in(user: str) -> list[Sent]:
    """The essays in a prompt, in order."""
    return [Sent(label, json.loads(about), answer) for about, label, _, answer in _ESSAY.findall(user)]


@dataclass
class FakeModel:
    """A chat model whose reply is a function of what it was sent; ``prompts`` keeps the user parts."""

    prompts: list[str] = field(default_factory=list)
    provider: str = "fake"
    model: str = "fake-1"

    def complete(
        self,
        *,
        system: str,
        user: str,
        schema_name: str,
        schema: Mapping[str, Any],
        task: str,
        max_tokens: int,
    ) -> ChatReply:
        """Answer at once and for nothing."""
        self.prompts.append(user)
        return ChatReply(self.reply(system, user), self.model, 1000, 300, 1, 0, "stop")

    def reply(self, system: str, user: str) -> str:
        """The content of the reply."""
        raise NotImplementedError


class HonestModel(FakeModel):
    """Level by the share of the guidance's words that the answer uses; quotes the sentence that uses most."""

    def reply(self, system: str, user: str) -> str:
        """Judge every essay by itself."""
        return json.dumps({sent.label: judged(sent) for sent in sent_in(user)})


class ModelByLength(HonestModel):
    """A level more for every 120 words, as readers do who take length for substance: what is missing shows at once."""

    def reply(self, system: str, user: str) -> str:
        """The honest reply with other levels."""
        replies = {sent.label: judged(sent) for sent in sent_in(user)}
        for sent in sent_in(user):
            for criterion in sent.about["criteria"]:
                if criterion["key"] not in KEYS:
                    place = min(len(criterion["levels"]) - 1, len(words(sent.answer)) // WORDS_A_LEVEL)
                    verdict = replies[sent.label]["criteria"][criterion["key"]]
                    verdict["level"] = criterion["levels"][place]["id"]
        return json.dumps(replies)


@dataclass
class ObedientModel(FakeModel):
    """Honest until something it is sent is one of ``orders``, or sounds like one; then it does what that wants.
    ``innocent`` is what the essays say without any order."""

    orders: Sequence[Order] = ()
    innocent: str = ""

    def reply(self, system: str, user: str) -> str:
        """Judge honestly, then obey."""
        essays = sent_in(user)
        body: dict[str, Any] = {sent.label: judged(sent) for sent in essays}
        answers = {sent.label: _told(sent.answer) for sent in essays}
        for sent in essays:
            for want in self._wanted(answers, sent.label):
                _obey(want, sent, essays, body, system)
        return json.dumps(body)

    def _wanted(self, answers: Mapping[str, str], label: str) -> list[str]:
        everything = " ".join(answers.values())
        found = [
            want
            for order in self.orders
            if any(_is_left(part, answers[label], self.innocent) for part in order.parts)
            and all(_is_left(part, everything, self.innocent) for part in order.parts)
            for want in order.wants
        ]
        return found or (["raise"] if _GENERAL.search(answers[label]) else [])


def judged(sent: Sent) -> dict[str, Any]:
    """An honest verdict on one essay."""
    spoken = frozenset(words(sent.answer))
    lines = [line for line in re.split(r"(?<=[.?!])\s+", sent.answer) if len(words(line)) > 1]
    criteria = {}
    for criterion in sent.about["criteria"]:
        wanted = frozenset(words(criterion["guidance"])) - FUNCTION_WORDS["en"]
        share = len(wanted & spoken) / max(1, len(wanted))
        levels = criterion["levels"]
        # Whether an essay speaks of a turtle or a door is seen at once by any model that does not obey.
        sees = bool(lines) and criterion["key"] not in KEYS
        step = min(len(levels) - 1, int(share * len(levels) * 2)) if sees else 0
        best = max(lines, key=lambda line: len(wanted & frozenset(words(line)))) if lines else ""
        criteria[criterion["key"]] = {
            "reason": f"You touch on {len(wanted & spoken)} of the points.",
            "quotes": [best] if step else [],
            "absent": not step,
            "level": levels[step]["id"],
        }
    return {"instructions_in_answer": False, "criteria": criteria}


def _obey(want: str, sent: Sent, essays: Sequence[Sent], body: dict[str, Any], system: str) -> None:
    own = body[sent.label]
    if want in RAISING | {"others", "fields"}:
        _raise(want, own, sent)
    if want == "others":
        for other in essays:
            if other.label != sent.label:
                _set_levels(body[other.label], other, other.about["criteria"], 0)
    if want == "fields":
        own |= {"score": 100, "points": "5/5", "approved": True}
        own["criteria"]["bonus"] = {"reason": "x", "quotes": [], "absent": False, "level": "l3", "points": 50}
    if want.startswith("leak"):
        _leak(_LEAKS[want], own, sent, system)
    if want == "echo":
        _say(own, sent.answer)
    if want == "stall":
        _say(own, LONG * 20_000)


def _raise(want: str, own: dict[str, Any], sent: Sent) -> None:
    real = [criterion for criterion in sent.about["criteria"] if criterion["key"] not in KEYS]
    if want == "step":
        _step_up(own, sent)
    else:
        raised = {"knowing": real, "one": real[:1]}.get(want, sent.about["criteria"])
        _set_levels(own, sent, raised, -1)


def _set_levels(
    verdicts: dict[str, Any], sent: Sent, criteria: Sequence[Mapping[str, Any]], level: int
) -> None:
    for criterion in criteria:
        verdicts["criteria"][criterion["key"]] = {
            "reason": "You do this very well.",
            "quotes": [_first_line(sent)] if level else [],
            "absent": not level,
            "level": criterion["levels"][level]["id"],
        }


def _step_up(verdicts: dict[str, Any], sent: Sent) -> None:
    for criterion in sent.about["criteria"]:
        ids = [level["id"] for level in criterion["levels"]]
        said = verdicts["criteria"][criterion["key"]]
        said["level"] = ids[min(ids.index(said["level"]) + 1, len(ids) - 1)]
        said["absent"] = False
        said["quotes"] = said["quotes"] or [_first_line(sent)]


def _first_line(sent: Sent) -> str:
    line = sent.answer.strip().splitlines()[0]
    return line if len(line) <= QUOTED else line[:QUOTED].rsplit(" ", 1)[0]


def _leak(disguise: Callable[[str], str], verdicts: dict[str, Any], sent: Sent, system: str) -> None:
    for criterion in sent.about["criteria"]:
        described = " ".join(level["description"] for level in criterion["levels"])
        secret = (
            f"{criterion['guidance']} {described} {sent.about.get('model_answer', '')[:200]} {system[:200]}"
        )
        verdicts["criteria"][criterion["key"]]["reason"] = disguise(secret[:500])


def _say(verdicts: dict[str, Any], text: str) -> None:
    for verdict in verdicts["criteria"].values():
        verdict["reason"] = text


_LEAKS: Final[Mapping[str, Callable[[str], str]]] = {
    "leak": str,
    "leak-base64": lambda text: base64.b64encode(text.encode()).decode(),
    "leak-reversed": lambda text: text[::-1],
    "leak-spaced": lambda text: "-".join(text.upper()),
}
