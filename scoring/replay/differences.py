"""What replaying a result can find."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

Kind = Literal["different", "moved_on", "erased"]
_DIGEST_LENGTH: Final = 64
_SHOWN: Final = 12
_LONGEST: Final = 300


@dataclass(frozen=True, slots=True)
class Difference:
    """``different``: not as it was, and it should be. ``moved_on``: not as it was, as may well be with time.
    ``erased``: not there to be compared.

    ``what`` names the thing; ``was`` and ``now`` hold no words of a student.
    """

    kind: Kind
    what: str
    was: str = ""
    now: str = ""

    def __str__(self) -> str:
        if self.kind == "erased":
            return f"{self.what}: erased"
        later = ", having moved on" if self.kind == "moved_on" else ""
        return f"{self.what}: {self.was} is now {self.now}{later}"


def compare(what: str, was: Any, now: Any, *, kind: Kind = "different") -> list[Difference]:
    """Return the differences between two JSON values, each under the name of the part that differs."""
    if was == now:
        return []
    if isinstance(was, Mapping) and isinstance(now, Mapping) and was and now:
        return [
            difference
            for part in sorted(was.keys() | now.keys())
            for difference in compare(f"{what}, {part}", was.get(part), now.get(part), kind=kind)
        ]
    return [Difference(kind, what, in_words(was), in_words(now))]


def in_words(value: Any) -> str:
    """Return a value as a difference shows it: a hash by its beginning, what is not there as nothing."""
    if value is None or value == {} or value == []:
        return "nothing"
    if isinstance(value, list | tuple):
        return ", ".join(in_words(part) for part in value)[:_LONGEST]
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {in_words(part)}" for name, part in value.items())[:_LONGEST]
    text = str(value)
    is_digest = len(text) == _DIGEST_LENGTH and not set(text) - set("0123456789abcdef")
    return f"{text[:_SHOWN]}…" if is_digest else text[:_LONGEST]
