"""What a text must hold for a pattern to be found in it: sought much faster than the pattern itself."""

from collections.abc import Iterable, Iterator
from importlib import import_module
from typing import Any, Final

SHORTEST: Final = 2
# The same that `re` compiles from, so that nothing is understood otherwise here than there.
_parser: Final[Any] = import_module("re._parser")
Needles = frozenset[str]
_NONE: Final[Needles] = frozenset()


def required_literals(pattern: str) -> tuple[Needles, ...]:
    """Return sets of texts: every match of `pattern` holds at least one of each. None where nothing can be said.

    Only for patterns in which case counts.
    """
    found = {_without_longer(one) for one in _held(_parser.parse(pattern)) if _length(one) >= SHORTEST}
    return tuple(sorted(found, key=_promise, reverse=True))


def may_match(text: str, sets: Iterable[Needles]) -> bool:
    """Whether a text holds at least one of each set."""
    return all(any(map(text.__contains__, one)) for one in sets)


def _length(one: Needles) -> int:
    return min(map(len, one), default=0)


def _promise(one: Needles) -> tuple[int, int, list[str]]:
    """Long texts are rare, and few are looked for soon."""
    return _length(one), -len(one), sorted(one)


def _without_longer(one: Needles) -> Needles:
    """The set without those that hold another of it."""
    return frozenset(text for text in one if not any(other in text for other in one - {text}))


def _held(sequence: Iterable[tuple[Any, Any]]) -> Iterator[Needles]:
    """For parts of a sequence that every match has, of which texts it has one."""
    run = ""
    for operation, argument in sequence:
        if operation.name == "LITERAL":
            run += chr(argument)
        # These take no room between the letters before and after.
        elif operation.name not in {"AT", "ASSERT", "ASSERT_NOT"}:
            yield frozenset([run])
            run = ""
            yield from _held_by(operation.name, argument)
    yield frozenset([run])


def _held_by(name: str, argument: Any) -> Iterator[Needles]:
    if name == "SUBPATTERN":
        _, flags, no_flags, inner = argument
        if not (flags or no_flags):
            yield from _held(inner)
    elif name == "BRANCH":
        each = [max(_held(alternative), key=_promise) for alternative in argument[1]]
        if all(map(_length, each)):
            yield _NONE.union(*each)
    elif name in {"MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"} and argument[0] > 0:
        yield from _held(argument[2])
