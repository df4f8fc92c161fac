"""Reading what a request gives."""

from typing import Any

from rest_framework import serializers


def valid(kind: type[serializers.Serializer[Any]], data: Any) -> dict[str, Any]:
    """Return what was given, read by a serializer; raises REST framework's ValidationError for what it refuses."""
    read = kind(data=data)
    read.is_valid(raise_exception=True)
    return dict(read.validated_data)
