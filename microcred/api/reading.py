"""Reading what a request gives."""

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request

Kind = type[serializers.Serializer[Any]]


def valid(kind: Kind, data: Any) -> dict[str, Any]:
    """Return what was given, read by a serializer; raises REST framework's ValidationError for what it refuses."""
    read = kind(data=data)
    read.is_valid(raise_exception=True)
    return dict(read.validated_data)


def asked(kind: Kind, request: Request) -> dict[str, Any]:
    """Return the query parameters of a request, read by a serializer.

    Raises REST framework's ValidationError for what it refuses, and for parameters that it does not know: passed over,
    a misspelt one would widen what is listed or taken back.
    """
    known = kind().fields
    unknown = [name for name in request.query_params if name not in known]
    if unknown:
        told = f"There is no such parameter here; there is {', '.join(known)}."
        raise serializers.ValidationError({name: [told] for name in unknown})
    return valid(kind, request.query_params)
