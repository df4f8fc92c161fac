"""Reading request bodies: JSON only, bounded in size, depth and alphabet."""

import json
import math
from collections.abc import Mapping
from typing import IO, Any

from django.conf import settings
from rest_framework.parsers import BaseParser

from microcred.errors import Invalid, TooLarge
from microcred.storable_json import refuse_constant

MAX_DEPTH = 20
MAX_NODES = 20_000


class StrictJSONParser(BaseParser):
    """Parse JSON that PostgreSQL can store: no NUL, no lone surrogates, no NaN, no infinity, no endless nesting."""

    media_type = "application/json"

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        """Return the body as Python values, or raise ``Invalid`` or ``TooLarge``."""
        limit: int = settings.API_MAX_BODY_BYTES
        raw = stream.read(limit + 1)
        if len(raw) > limit:
            raise TooLarge(
                f"The request body may have at most {limit} bytes.", details={"limit_bytes": limit}
            )
        try:
            value = json.loads(raw.decode("utf-8"), parse_constant=refuse_constant)
        except UnicodeDecodeError:
            raise Invalid("The request body is not UTF-8.", code="JSON_400") from None
        except RecursionError:
            raise Invalid("The request body is nested too deeply.", code="JSON_400") from None
        except ValueError as error:
            raise Invalid(f"The request body is not valid JSON: {_place(error)}.", code="JSON_400") from None
        check_storable(value)
        return value


def _place(error: ValueError) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"{error.msg} at line {error.lineno}, column {error.colno}"
    return "a number is out of range" if "digits" in str(error) else str(error)


def check_storable(value: object) -> None:
    """Raise ``Invalid`` if ``value`` holds what cannot be stored, or too many or too deep values."""
    pending: list[tuple[object, int, str]] = [(value, 1, "")]
    nodes = 0
    while pending:
        item, depth, field = pending.pop()
        nodes += 1
        if depth > MAX_DEPTH or nodes > MAX_NODES:
            raise Invalid("The request body is nested too deeply or has too many values.", code="JSON_400")
        if isinstance(item, str):
            _check_text(item, field)
        elif isinstance(item, dict):
            for key, child in item.items():
                _check_text(key, field)
                pending.append((child, depth + 1, f"{field}.{key}".lstrip(".")))
        elif isinstance(item, float) and not math.isfinite(item):
            # 1e999 is valid JSON, read as infinity, and could not be written again.
            raise Invalid("A number is out of range.", code="JSON_400", details={"field": field})
        elif isinstance(item, list):
            pending.extend((child, depth + 1, f"{field}[{index}]") for index, child in enumerate(item))


def _check_text(text: str, field: str) -> None:
    if "\x00" in text:
        raise Invalid("A text holds a NUL character.", code="JSON_400", details={"field": field})
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise Invalid("A text holds half of a surrogate pair.", code="JSON_400", details={"field": field})
