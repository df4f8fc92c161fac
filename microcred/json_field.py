"""JSON in forms for staff."""

import json
import math
import re
from typing import Any, Final, NoReturn

from django import forms
from django.core.exceptions import ValidationError
from django.forms.fields import InvalidJSONInput, JSONString
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from unfold.widgets import UnfoldAdminTextareaWidget

MOST_DEPTH: Final = 20
# What PostgreSQL refuses in JSON: NUL, which is written as an escape, and halves of surrogate pairs.
_UNSTORABLE: Final = re.compile(r"\\u0000|[\ud800-\udfff]")
_TOO_DEEP: Final = "This is nested too deeply."


def json_example(*lines: str) -> SafeString:
    """Show in a help text what JSON to write."""
    return format_html_join(format_html("<br>"), "<code>{}</code>", ((line,) for line in lines))


class PrettyJSONField(forms.JSONField):
    """JSON in a text area, indented for people."""

    def __init__(self, *, rows: int = 8, **kwargs: Any) -> None:
        area = UnfoldAdminTextareaWidget(attrs={"rows": rows, "spellcheck": "false", "class": "json"})
        super().__init__(widget=area, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        """Indent, unless the text is what somebody just entered."""
        if value is None or isinstance(value, str):
            return value
        shown = json.dumps(value, indent=2, ensure_ascii=False)
        return json.dumps(value, indent=2) if _UNSTORABLE.search(shown) else shown

    def bound_data(self, data: Any, initial: Any) -> Any:
        """What is shown again of what was sent: the text itself where it cannot be read."""
        try:
            _read(data) if isinstance(data, str) else None
        except ValidationError:
            return InvalidJSONInput(data)
        return super().bound_data(data, initial)

    def to_python(self, value: Any) -> Any:
        """Read JSON; refuse what the database cannot store and what does not mean one thing."""
        if isinstance(value, str) and not isinstance(value, JSONString) and value not in self.empty_values:
            read = _read(value)
            found = JSONString(read) if isinstance(read, str) else read
        else:
            found = super().to_python(value)
        if _UNSTORABLE.search(json.dumps(found, ensure_ascii=False)):
            raise ValidationError("NUL characters and half surrogates cannot be stored.", code="unstorable")
        return found


def _read(text: str) -> Any:
    try:
        found = json.loads(
            text, object_pairs_hook=_object, parse_constant=_no_number, parse_float=_finite, parse_int=_whole
        )
    except json.JSONDecodeError as broken:
        where = f"line {broken.lineno}, column {broken.colno}: {broken.msg[:1].lower()}{broken.msg[1:]}"
        raise _refused(f"This is not JSON: {where}.") from broken
    except RecursionError as error:
        raise _refused(_TOO_DEEP) from error
    inside = [found]
    for _ in range(MOST_DEPTH):
        inside = [
            part
            for one in inside
            if isinstance(one, dict | list)
            for part in (one.values() if isinstance(one, dict) else one)
        ]
    if inside:
        raise _refused(_TOO_DEEP)
    return found


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Of two values under one name only one would count, and nobody could see which."""
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise _refused(f"“{name}” stands twice in one object; only one of the two would count.")
        found[name] = value
    return found


def _no_number(name: str) -> NoReturn:
    raise _refused(f"{name} is not a number that JSON knows.")


def _finite(written: str) -> float:
    number = float(written)
    if not math.isfinite(number):
        raise _refused(f"{written[:40]} is out of range.")
    return number


def _whole(written: str) -> int:
    try:
        return int(written)
    except ValueError as error:
        raise _refused(f"{written[:40]}… has too many digits.") from error


def _refused(message: str) -> ValidationError:
    return ValidationError(message, code="invalid")
