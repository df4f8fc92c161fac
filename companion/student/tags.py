"""Tags as students type them."""

from collections.abc import Sequence
from typing import Any

from django import forms

from microcred.labels import LONGEST_TAG, MOST_TAGS

_BETWEEN = ", "


class TagsField(forms.CharField):
    """Words to find something by, with commas between them; cleaned they are a list, each once."""

    def __init__(self) -> None:
        super().__init__(
            label="Tags",
            required=False,
            max_length=MOST_TAGS * (LONGEST_TAG + len(_BETWEEN)),
            help_text="Words to find it by, with commas between them.",
        )

    def prepare_value(self, value: Any) -> Any:
        """Return a list as it is typed."""
        return _BETWEEN.join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> list[str]:
        """Return the tags that were typed."""
        typed = super().clean(value)
        return list(dict.fromkeys(tag for tag in map(str.strip, typed.split(",")) if tag))


def typed_or_kept(tags: Sequence[str], before: Sequence[str]) -> list[str]:
    """Return what was typed, or what was there ``before`` where that was left as it stood: a tag may have a comma."""
    is_same = [one for tag in before for one in map(str.strip, tag.split(",")) if one] == list(tags)
    return list(before if is_same else tags)
