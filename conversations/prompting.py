"""Asking a model to answer a question from passages: the prompt, the schema of its reply, and reading that.

What students and documents say stands between fence lines with a word that nobody can know who wrote it, so that
nothing in it can pass for the end of it. The reply can name only the passages that were given, and is still checked
sentence by sentence.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from conversations.selecting import Found
from microcred.ai.code_fences import strip_code_fences
from recommendations.cited_replies import fence_of, fenced, object_schema, sentence_of, sentences_schema
from recommendations.citing import Sentence

NAME: Final = "answers-1"
SYSTEM: Final = (Path(__file__).parent / "prompts" / f"{NAME}.md").read_text(encoding="utf-8").strip()
SHA256: Final = hashlib.sha256(SYSTEM.encode()).hexdigest()
VERSION: Final = f"{NAME}@{SHA256[:12]}"
SCHEMA_NAME: Final = "catalog_answer"
MOST_SENTENCES: Final = 5
MOST_TOKENS: Final = 700
SURE: Final = 100


class UnreadableAnswer(ValueError):
    """A reply that is not of the schema."""


@dataclass(frozen=True, slots=True)
class Said:
    """An earlier question and its answer."""

    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class Reply:
    """What a model said: its sentences, none where the passages do not answer, and how sure it is, from 0 to 1."""

    sentences: tuple[Sentence, ...]
    confidence: float


def user(question: str, history: Sequence[Said], passages: Sequence[Found], *, secret: str) -> str:
    """Return what is sent beside the instructions."""
    content = [question, [[one.question, one.answer] for one in history]]
    content += [[one.source.mark, one.title, one.source.text] for one in passages]
    fence = fence_of(["answers", content], secret)
    earlier = [
        fenced(f"EARLIER {number}", json.dumps([one.question, one.answer], ensure_ascii=False), fence)
        for number, one in enumerate(history, start=1)
    ]
    told = [
        f"{json.dumps({'mark': one.source.mark, 'title': one.title, 'heading': one.heading}, ensure_ascii=False)}\n"
        + fenced(f"PASSAGE {one.source.mark}", one.source.text, fence)
        for one in passages
    ]
    return "\n\n".join([fenced("QUESTION", question, fence), *earlier, *told])


def schema(passages: Sequence[Found]) -> Mapping[str, Any]:
    """Return the form of the reply."""
    return object_schema(
        answered={"type": "boolean"},
        sentences=sentences_schema([one.source.mark for one in passages]),
        confidence={"type": "integer"},
    )


def read(reply: str) -> Reply:
    """Return what a reply says.

    Raises:
        UnreadableAnswer: if it is not what the schema asks for.
    """
    try:
        body = json.loads(strip_code_fences(reply))
        said = [sentence_of(one) for one in body["sentences"]][:MOST_SENTENCES]
        sure = body["confidence"]
        if not isinstance(body["answered"], bool) or isinstance(sure, bool) or not isinstance(sure, int):
            raise TypeError("an answer says whether it is one, and how sure it is")
        return Reply(tuple(said) if body["answered"] else (), min(SURE, max(0, sure)) / SURE)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise UnreadableAnswer("the reply is not of the schema") from error
