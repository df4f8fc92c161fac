"""What stood behind the placeholders of an answer when it was sent."""

import re
from collections.abc import Iterable
from typing import Final, cast

from scoring.calls.writer import Writer
from scoring.essays.identity import Kind
from scoring.essays.redaction import Redacted, Replacement

_PLACEHOLDER: Final = re.compile(r"(\[(?:NAME|EMAIL|PHONE|URL|ID)_\d+\])")


def as_sent(answer: str, sent: Iterable[str], writer: Writer) -> Redacted:
    """Return the answer as it was sent, if it is one of the texts that were ``sent``; else as it would be sent now.

    A student may have another name by now, and other names may be replaced. What was sent then counts; of several
    texts that fit, the one with least replaced.
    """
    texts, now = list(sent), writer.redacted(answer)
    if now.text in texts:
        return now
    fitting = [redacted for text in texts if (redacted := _aligned(answer, text)) is not None]
    return min(fitting, key=_replaced, default=now)


def _aligned(answer: str, sent: str) -> Redacted | None:
    """Find what every placeholder stands for by the words around it; None where another answer was sent."""
    first, *rest = _PLACEHOLDER.split(sent)
    if not answer.startswith(first):
        return None
    at, place = len(first), len(first)
    made: list[Replacement] = []
    for placeholder, words in zip(rest[::2], rest[1::2], strict=True):
        is_last = len(made) == len(rest) // 2 - 1
        end = len(answer) - len(words) if is_last else answer.find(words, at + 1)
        if end <= at or (not words and not is_last) or answer[end : end + len(words)] != words:
            return None
        made.append(Replacement(_kind(placeholder), placeholder, at, end, place))
        at, place = end + len(words), place + len(placeholder) + len(words)
    return Redacted(answer, sent, tuple(made)) if at == len(answer) else None


def _kind(placeholder: str) -> Kind:
    return cast(Kind, placeholder[1:-1].partition("_")[0])


def _replaced(redacted: Redacted) -> int:
    return sum(one.end - one.start for one in redacted.replacements)
