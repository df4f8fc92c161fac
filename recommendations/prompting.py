"""Asking a model to put a recommendation into words: the prompt, the schema of its reply, and reading that.

Passages come from outside the house, and stand between fences (`recommendations.cited_replies`).

The reply can name only the credentials and sources that were given. It is still checked sentence by sentence
(`recommendations.citing`): a schema keeps out other ids, not other claims.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from microcred.ai.code_fences import strip_code_fences
from recommendations.cited_replies import fence_of, fenced, object_schema, sentence_of, sentences_schema
from recommendations.citing import Sentence, Source

NAME: Final = "words-1"
SYSTEM: Final = (Path(__file__).parent / "prompts" / f"{NAME}.md").read_text(encoding="utf-8").strip()
SHA256: Final = hashlib.sha256(SYSTEM.encode()).hexdigest()
VERSION: Final = f"{NAME}@{SHA256[:12]}"
SCHEMA_NAME: Final = "recommendation_words"
MOST_SENTENCES: Final = 6
TOKENS_A_CREDENTIAL: Final = 400


class UnreadableWords(ValueError):
    """A reply that is not of the schema."""


@dataclass(frozen=True, slots=True)
class Topic:
    """Something to write about, with all that may be cited: a credential, or the summary with an empty one."""

    credential: str
    title: str
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class Request:
    """What is sent."""

    user: str
    schema: Mapping[str, Any]
    max_tokens: int


def request(topics: Sequence[Topic], *, secret: str) -> Request:
    """Return what is sent to have the topics put into words; the first is the summary."""
    content = [
        [one.credential, one.title, *([source.mark, source.text] for source in one.sources)] for one in topics
    ]
    fence = fence_of(["words", content], secret)
    summary, *credentials = topics
    return Request(
        user="\n\n".join(_told(topic, fence) for topic in topics),
        schema=object_schema(
            summary=_sentences(summary),
            credentials=object_schema(**{one.credential: _sentences(one) for one in credentials}),
        ),
        max_tokens=TOKENS_A_CREDENTIAL * len(topics),
    )


def read(reply: str, topics: Sequence[Topic]) -> dict[str, list[Sentence]]:
    """Return the sentences of a reply by credential, the summary's under the empty name; what was not asked for is left
    out.

    Raises:
        UnreadableWords: if the reply is not what the schema asks for.
    """
    try:
        body = json.loads(strip_code_fences(reply))
        said = {"": body["summary"], **body["credentials"]}
        asked = [topic.credential for topic in topics]
        return {key: [sentence_of(one) for one in said[key]][:MOST_SENTENCES] for key in asked}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise UnreadableWords("the reply is not of the schema") from error


def _told(topic: Topic, fence: str) -> str:
    """The summary may cite every passage, and each is told once, with its credential."""
    facts = {source.mark: source.text for source in topic.sources if not source.is_passage}
    about = (
        {"credential": topic.credential, "title": topic.title}
        if topic.credential
        else {"about": "the summary"}
    )
    lines = [json.dumps(about | {"facts": facts}, ensure_ascii=False, indent=1)]
    lines += [
        fenced(f"PASSAGE {source.mark}", source.text, fence)
        for source in topic.sources
        if source.is_passage and topic.credential
    ]
    return "\n".join(lines)


def _sentences(topic: Topic) -> dict[str, Any]:
    return sentences_schema([source.mark for source in topic.sources])
