"""Answers on the wire, before their question reads them."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers


@extend_schema_field(
    {"oneOf": [{"type": "string"}, {"type": "number"}, {"type": "object", "additionalProperties": True}]}
)
class AnswerField(serializers.Field[Any, Any, Any, Any]):
    """An answer in any of its wire forms; what fits is for the question to say."""

    def to_internal_value(self, data: Any) -> Any:
        """Take text, numbers and objects; refuse lists, booleans and null."""
        if isinstance(data, bool) or not isinstance(data, str | int | float | dict):
            raise serializers.ValidationError("An answer is a text, a number or an object.")
        return data

    def to_representation(self, value: Any) -> Any:
        """Return the answer as it is stored."""
        return value


class AnyAnswerField(AnswerField):
    """An answer of whatever form: its question names itself where it refuses one."""

    def validate_empty_values(self, data: Any) -> tuple[bool, Any]:
        """Pass null on too."""
        return (True, data) if data is None else super().validate_empty_values(data)

    def to_internal_value(self, data: Any) -> Any:
        """Return it as it is."""
        return data
