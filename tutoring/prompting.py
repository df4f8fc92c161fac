"""Asking a model to tell of a session: the prompt, the schema of its reply, and reading that.

What was said stands between fence lines with a word that nobody can know who said it, so that nothing in it can pass
for the end of it; a line of the transcript is a line of the prompt. Topics and next steps are told by the numbers of
their lines. The reply names lines by number and not by a list of those that there are, since providers take no schema
with thousands of values; every sentence is checked afterwards.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from microcred.ai.code_fences import strip_code_fences
from microcred.storable_json import storable
from recommendations.cited_replies import fence_of, fenced, object_schema
from recommendations.citing import Sentence
from tutoring.next_step_extraction import NextStep
from tutoring.topics import Topic
from tutoring.transcripts import Line

NAME: Final = "summaries-1"
SYSTEM: Final = (Path(__file__).parent / "prompts" / f"{NAME}.md").read_text(encoding="utf-8").strip()
SHA256: Final = hashlib.sha256(SYSTEM.encode()).hexdigest()
VERSION: Final = f"{NAME}@{SHA256[:12]}"
SCHEMA_NAME: Final = "session_summary"
SCHEMA: Final[Mapping[str, Any]] = object_schema(
    sentences={
        "type": "array",
        "items": object_schema(
            text={"type": "string"}, lines={"type": "array", "items": {"type": "integer"}}
        ),
    }
)
MOST_SENTENCES: Final = 8
MOST_TOKENS: Final = 900
#: Of a topic the model is told so many lines, and for a sentence it may name so many.
MOST_NAMED: Final = 20
MOST_CITED: Final = 6


class UnreadableSummary(ValueError):
    """A reply that is not of the schema."""


def user(
    lines: Sequence[Line],
    topics: Sequence[tuple[Topic, str]],
    steps: Sequence[NextStep],
    doubted: Mapping[int, int],
    *,
    secret: str,
) -> str:
    """Return what is sent beside the instructions; ``lines`` are those that may leave."""
    there = {line.number for line in lines}
    told = {
        "topics": [
            {"name": name, "lines": [number for number in topic.lines if number in there][:MOST_NAMED]}
            for topic, name in topics
        ],
        "next_steps": [[number for number in step.lines if number in there] for step in steps],
    }
    rows = [row(line, is_doubted=line.number in doubted) for line in lines]
    transcript = fenced("TRANSCRIPT", "\n".join(rows), fence_of(["summaries", told, rows], secret))
    return f"{json.dumps(told, ensure_ascii=False)}\n{transcript}"


def row(line: Line, *, is_doubted: bool = False) -> str:
    """Return a line as a model is given it."""
    return f"{line.number} {line.speaker}{' in doubt' if is_doubted else ''}: {line.text}"


def read(reply: str) -> tuple[Sentence, ...]:
    """Return the sentences of a reply; marks are numbers of lines, of which the first few count.

    Raises:
        UnreadableSummary: if it is not what the schema asks for.
    """
    try:
        said = json.loads(strip_code_fences(reply))["sentences"]
        return tuple(_sentence(one) for one in said[:MOST_SENTENCES])
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise UnreadableSummary("the reply is not of the schema") from error


def _sentence(said: Mapping[str, Any]) -> Sentence:
    text, lines = said["text"], said["lines"]
    is_numbers = all(isinstance(number, int) and not isinstance(number, bool) for number in lines)
    if not isinstance(text, str) or not is_numbers:
        raise TypeError("a sentence is a text with the numbers of its lines")
    return Sentence(" ".join(storable(text).split()), tuple(dict.fromkeys(map(str, lines)))[:MOST_CITED])
