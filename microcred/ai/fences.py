"""Replies in a Markdown fence, which some models put around JSON whatever they are told."""

import re
from typing import Final

_FENCED: Final = re.compile(r"\s*```(?:json)?[ \t]*\r?\n(.*?)\s*```\s*", re.DOTALL | re.IGNORECASE)


def unfenced(content: str) -> str:
    """The reply without a fence around the whole of it."""
    fenced = _FENCED.fullmatch(content)
    return fenced[1] if fenced else content
