"""What some models put around their JSON, whatever they are told: a Markdown fence, and their thoughts before it."""

import re
from typing import Final

_FENCED: Final = re.compile(r"\s*```(?:json)?[ \t]*\r?\n(.*?)\s*```\s*", re.DOTALL | re.IGNORECASE)
_END_OF_THOUGHT: Final = "</think>"
_JSON_BEGINS: Final = ("{", "[", "`")


def strip_code_fences(content: str) -> str:
    """The reply without thoughts before it, and without a fence around the whole of the rest.

    What begins as JSON has no thoughts before it, whatever its texts quote. Servers that begin a thought for the model
    send its end alone.
    """
    if not content.lstrip().startswith(_JSON_BEGINS):
        content = content.partition(_END_OF_THOUGHT)[2] or content
    fenced = _FENCED.fullmatch(content)
    return fenced[1] if fenced else content
