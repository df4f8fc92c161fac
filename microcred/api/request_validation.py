"""Reading what a request gives."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any, Final, TypeVar

from rest_framework import serializers
from rest_framework.request import Request

Kind = type[serializers.Serializer[Any]]
KindT = TypeVar("KindT", bound=Kind)
# More of them would only make an answer of megabytes; who mends these finds the others.
MOST_NAMED: Final = 20
_WITH_MORE: Final[set[type]] = set()


def allows_unknown_fields(kind: KindT) -> KindT:
    """Mark a body whose senders may say more than is read: what it does not know is passed over.

    For addresses of the contract, whose clients were not made for this product, and for bodies of which only a part is
    looked at. What is derived from it, and what stands in it, is marked for itself.
    """
    _WITH_MORE.add(kind)
    return kind


def takes_more(kind: type) -> bool:
    """Whether fields that a body does not know are passed over."""
    return kind in _WITH_MORE


def validated_body(kind: Kind, data: Any, *, partial: bool = False) -> dict[str, Any]:
    """Return the body of a request, read by a serializer; with ``partial`` without what was left out.

    Raises REST framework's ValidationError for what it refuses, and for fields that it does not know: passed over, a
    misspelt one would lose what somebody said, and one that cannot be changed would seem to be.
    """
    read = kind(data=data, partial=partial)
    unknown = list(islice(_unknown(read, data), MOST_NAMED))
    if unknown:
        raise serializers.ValidationError(_by_place(unknown))
    read.is_valid(raise_exception=True)
    return dict(read.validated_data)


def validated_query(kind: Kind, request: Request) -> dict[str, Any]:
    """Return the query parameters of a request, read by a serializer.

    Raises REST framework's ValidationError for what it refuses, and for parameters that it does not know, that are
    empty where that says nothing, or that stand there twice: passed over, each would widen what is listed or taken
    back.
    """
    known = kind().fields
    refused = {
        name: [told]
        for name, values in request.query_params.lists()
        if (told := _misgiven(known, name, values))
    }
    if refused:
        raise serializers.ValidationError(refused)
    return validated_body(kind, request.query_params)


def _misgiven(known: Mapping[str, Any], name: str, values: list[str]) -> str:
    """Return what is wrong with how a parameter is given, whatever its value; empty where nothing is.

    A search for nothing finds everything, and says so by allowing blanks; nothing else is to be had by leaving a value
    out.
    """
    if name not in known:
        return f"There is no such parameter here; there is {', '.join(known)}."
    if len(values) > 1 and not isinstance(known[name], serializers.ListField):
        return "Give this parameter once."
    if "" in values and not getattr(known[name], "allow_blank", False):
        return "Give a value, or leave the parameter out."
    return ""


def _unknown(
    read: Any, given: Any, place: tuple[str | int, ...] = ()
) -> Iterator[tuple[tuple[str | int, ...], Iterable[str]]]:
    """Return where what was given has fields that its serializer does not know, each with those that it knows."""
    if isinstance(read, serializers.Serializer) and isinstance(given, Mapping):
        for name, value in given.items():
            if name in read.fields:
                yield from _unknown(read.fields[name], value, (*place, name))
            elif not takes_more(type(read)):
                yield (*place, name), read.fields
    elif isinstance(read, serializers.ListSerializer | serializers.ListField) and isinstance(given, list):
        for number, value in enumerate(given):
            yield from _unknown(read.child, value, (*place, number))


def _by_place(unknown: Iterable[tuple[tuple[str | int, ...], Iterable[str]]]) -> Any:
    """Return what is told of fields that are not known, in the shape of REST framework's own errors."""
    told: dict[str | int, Any] = {}
    for (*path, name), known in unknown:
        inner = told
        for step in path:
            inner = inner.setdefault(step, {})
        inner[name] = [f"There is no such field to give here; there is {', '.join(known)}."]
    return told
