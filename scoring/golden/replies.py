"""Replies to the golden set: recorded from a model into a file, given again from it, or made of the expected levels."""

import json
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from microcred.ai.base import ChatModel, ChatReply, ProviderError
from scoring.attacks.fakes import sent_in
from scoring.essays.redaction import redact
from scoring.essays.text import clean, sentences, words
from scoring.golden import essays
from scoring.golden.essays import Mark

FORM: Final = "golden-replies-1"
RATER: Final = "rater"
ABSENT: Final = "Your answer does not speak to this."
_REPLACED: Final = re.compile(r"\[[A-Z]+_\d+\]")
_FENCE: Final = re.compile(r"<<<ANSWER \w+ (\w+)>>>")
# Stands for the random word of a call, which a recorded reply may repeat.
_NONCE: Final = "{nonce}"


class RepliesUnfit(ValueError):
    """The file does not hold replies, or not to this prompt and this golden set."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """Replies by what was asked, and who gave them when (an ISO date) to which version of prompt and golden set."""

    prompt_version: str
    provider: str
    host: str
    model: str
    golden_version: str
    recorded_at: str
    replies: Mapping[str, str]


def read(path: Path) -> Recorded:
    """Read a file of recorded replies.

    Raises:
        RepliesUnfit: if it is none, or holds replies to another version of the golden set.
    """
    try:
        body = json.loads(path.read_text(encoding="utf-8"))
        if body.pop("form") != FORM:
            raise KeyError("form")
        kept = Recorded(**body)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise RepliesUnfit(
            f"{path.name} is not a file of recorded replies ({type(error).__name__})."
        ) from error
    if kept.golden_version != essays.version():
        raise RepliesUnfit(
            f"{path.name} holds replies to {kept.golden_version}; the golden set is {essays.version()}."
        )
    return kept


def write(path: Path, kept: Recorded) -> None:
    """Write recorded replies to a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    body = {"form": FORM, **asdict(kept), "replies": dict(sorted(kept.replies.items()))}
    path.write_text(json.dumps(body, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def question_key(system: str, user: str) -> str:
    """What identifies a call: everything that was sent but the random word of the fence."""
    return sha256(f"{system}\n{user.replace(_nonce(user), '')}".encode()).hexdigest()[:24]


def is_golden(user: str) -> bool:
    """Whether a prompt is about texts of the golden set, whole or in parts, and nothing else."""
    sent = sent_in(user)
    return bool(sent) and all(_marks_of(one.answer) is not None for one in sent)


@dataclass
class RecordedChat:
    """Gives the replies of a file; a call that was never recorded fails for good."""

    kept: Recorded

    @property
    def provider(self) -> str:
        """The provider that gave them."""
        return self.kept.provider

    @property
    def model(self) -> str:
        """The model that gave them."""
        return self.kept.model

    def complete(self, *, system: str, user: str, **asked: Any) -> ChatReply:
        """Answer as it was answered then."""
        content = self.kept.replies.get(question_key(system, user))
        if content is None:
            raise ProviderError("no reply to this is on file", retryable=False, kind="bad_request")
        return ChatReply(content.replace(_NONCE, _nonce(user)), self.model, 0, 0, 0, 0, "stop")


@dataclass
class RecordingChat:
    """Passes calls on and keeps the replies, to the golden essays and to nothing else."""

    chat: ChatModel
    replies: dict[str, str] = field(default_factory=dict)

    @property
    def provider(self) -> str:
        """The provider that answers."""
        return self.chat.provider

    @property
    def model(self) -> str:
        """The model that answers."""
        return self.chat.model

    def complete(self, *, system: str, user: str, **asked: Any) -> ChatReply:
        """Ask, and keep the answer."""
        reply = self.chat.complete(system=system, user=user, **asked)
        if is_golden(user):
            self.replies[question_key(system, user)] = reply.content.replace(_nonce(user), _NONCE)
        return reply


@dataclass
class Rater:
    """A chat model that gives every golden essay the expected levels, and its variants the lowest.

    It shows that the gate lets through who judges rightly. The reply is made from the schema that is asked for,
    so that it follows whatever a reply has to hold; what the golden set does not know is called absent.
    """

    provider: str = RATER
    model: str = RATER

    def complete(self, *, user: str, schema: Mapping[str, Any], **asked: Any) -> ChatReply:
        """Answer at once and for nothing."""
        marks = {sent.label: _marks_of(sent.answer) or {} for sent in sent_in(user)}
        body = {label: _essay(part, marks[label]) for label, part in schema["properties"].items()}
        return ChatReply(json.dumps(body), self.model, 0, 0, 0, 0, "stop")


def _essay(schema: Mapping[str, Any], marks: Mapping[str, Mark]) -> dict[str, Any]:
    body: dict[str, Any] = _least(schema)
    for key, part in schema["properties"]["criteria"]["properties"].items():
        mark = marks.get(key)
        verdict = body["criteria"][key] | {"reason": ABSENT, "absent": True}
        if mark is not None and mark.quote:
            level = part["properties"]["level"]["enum"][mark.level]
            reason = "The sentence quoted is what the level rests on."
            verdict |= {"reason": reason, "quotes": [mark.quote], "absent": False, "level": level}
        body["criteria"][key] = verdict
    return body


def _marks_of(answer: str) -> Mapping[str, Mark] | None:
    """The marks of a golden text, or of the one that an answer is a part of; None for any other answer.

    A judge may ask about an essay again, with some of its sentences jumbled or left out.
    """
    told, known = _told(answer), _marks()
    if told in known:
        return known[told]
    whole = _whole_of(told)
    if whole is None:
        return None
    # What was left out was not what the levels rest on; where the sentence quoted was, another one has to do.
    return {
        key: mark if _told(mark.quote) in told else replace(mark, quote=sentences(answer)[0].text)
        for key, mark in known[whole].items()
    }


def _whole_of(part: str) -> str | None:
    """The first text of which at least an eighth is left, in any order and with no other words among them.

    What was replaced does not count: figures that come to stand beside each other can look like a number to call.
    """
    left = Counter(words(_REPLACED.sub(" ", part)))
    most = 8 * left.total()
    return next((whole for whole, held in _words().items() if most >= held.total() and left <= held), None)


@cache
def _words() -> Mapping[str, Counter[str]]:
    """How often every text of the golden set has each of its words."""
    return {text: Counter(words(text)) for text in _marks()}


def _least(schema: Mapping[str, Any]) -> Any:
    """The first or emptiest value of a schema."""
    if "enum" in schema:
        return schema["enum"][0]
    if schema["type"] == "object":
        return {name: _least(part) for name, part in schema["properties"].items()}
    return {"array": [], "boolean": False}.get(schema["type"], "")


@cache
def _marks() -> Mapping[str, Mapping[str, Mark]]:
    """The marks of every text of the golden set by what is sent of it; variants have none."""
    # The foreign variants are golden essays of other questions: right is then the lowest level as well, which
    # follows from their criteria not being known.
    made = [one.task.answer for one in essays.variants() if one.kind != "foreign"]
    known: dict[str, Mapping[str, Mark]] = {_told(redact(answer).text): {} for answer in made}
    golden = {_told(redact(one.task.answer).text): one.marks for one in essays.golden_essays()}
    # Golden ones first: a shuffled variant has the words of its essay, and so may a part of either.
    return golden | {text: marks for text, marks in known.items() if text not in golden}


def _told(text: str) -> str:
    return " ".join(clean(text).split())


def _nonce(user: str) -> str:
    found = _FENCE.search(user)
    if found is None:
        raise RepliesUnfit("the prompt has no fence")
    return found.group(1)
