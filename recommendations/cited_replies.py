"""Sentences that cite sources: how a model is given sources, the form that it is asked to reply in, and reading that.

What comes from outside the house stands between fence lines with a word that nobody can know who wrote it, so that
nothing in it can pass for the end of it. The word follows from the content by a secret, so that the same content makes
the same prompt, which need not be paid for twice.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from recommendations.chain import keyed
from recommendations.citing import Sentence

FENCE_LETTERS: Final = 16


def fence_of(content: Sequence[Any], secret: str) -> str:
    """Return the word for fences around this content."""
    return keyed(content, secret)[:FENCE_LETTERS]


def fenced(name: str, text: str, fence: str) -> str:
    """Return a text between fence lines."""
    return f"<<<{name} {fence}>>>\n{text}\n<<<END {name} {fence}>>>"


def object_schema(**properties: Any) -> dict[str, Any]:
    """Return the schema of an object with these properties and no others."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def sentences_schema(marks: Sequence[str]) -> dict[str, Any]:
    """Return the schema of sentences that can cite these marks alone."""
    sources = {"type": "array", "items": {"type": "string", "enum": list(marks)}}
    return {"type": "array", "items": object_schema(text={"type": "string"}, sources=sources)}


def sentence_of(said: Mapping[str, Any]) -> Sentence:
    """Return a sentence of a reply.

    Raises:
        KeyError, TypeError: if it is not of the schema.
    """
    text, marks = said["text"], said["sources"]
    if not isinstance(text, str) or not all(isinstance(mark, str) for mark in marks):
        raise TypeError("a sentence is a text with its sources")
    return Sentence(" ".join(text.split()), tuple(dict.fromkeys(marks)))
