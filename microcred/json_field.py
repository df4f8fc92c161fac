"""JSON in forms for staff."""

import json
import re
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from unfold.widgets import UnfoldAdminTextareaWidget

# What PostgreSQL refuses in JSON: NUL, which is written as an escape, and halves of surrogate pairs.
_UNSTORABLE: Final = re.compile(r"\\u0000|[\ud800-\udfff]")


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

    def to_python(self, value: Any) -> Any:
        """Read JSON; refuse signs that the database cannot store."""
        try:
            found = super().to_python(value)
        except ValidationError as error:
            raise _placed(value, error) from error
        if _UNSTORABLE.search(json.dumps(found, ensure_ascii=False)):
            raise ValidationError("NUL characters and half surrogates cannot be stored.", code="unstorable")
        return found


def _placed(value: Any, error: ValidationError) -> ValidationError:
    """The error with the place where the text stops being JSON, where there is one."""
    try:
        json.loads(value)
    except (TypeError, json.JSONDecodeError) as broken:
        if isinstance(broken, json.JSONDecodeError):
            where = f"line {broken.lineno}, column {broken.colno}: {broken.msg[:1].lower()}{broken.msg[1:]}"
            return ValidationError(f"This is not JSON: {where}.", code="invalid")
    return error
