"""Text as browsers send it."""

from typing import Any

from django import forms


class MultilineField(forms.CharField):
    """Several lines of text, of at most ``max_length`` characters as the page counts them: browsers count a new line
    once and send it as two characters."""

    def __init__(self, *, rows: int = 4, **kwargs: Any) -> None:
        super().__init__(widget=forms.Textarea(attrs={"rows": rows}), **kwargs)

    def to_python(self, value: Any) -> str:
        """Return the text with one character for each new line."""
        return str(super().to_python(value)).replace("\r\n", "\n")
