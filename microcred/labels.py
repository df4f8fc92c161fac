"""What people call their things: titles and tags, in one shape wherever they are given."""

from collections.abc import Mapping
from typing import Any, Final

from microcred.errors import Invalid

LONGEST_TITLE: Final = 200
LONGEST_TAG: Final = 50
MOST_TAGS: Final = 20


def clean_labels(fields: Mapping[str, Any], *, refused: type[Invalid]) -> dict[str, Any]:
    """Return the fields with a ``title`` without space around it and ``tags`` each once, where they are given.

    Raises ``refused`` for a title that is empty or too long, and for too many tags or one that is.
    """
    kept = dict(fields)
    if "title" in kept:
        kept["title"] = kept["title"].strip()
        if not 0 < len(kept["title"]) <= LONGEST_TITLE:
            raise refused(f"A title has 1 to {LONGEST_TITLE} characters.", details={"field": "title"})
    if "tags" in kept:
        kept["tags"] = list(dict.fromkeys(tag.strip() for tag in kept["tags"]))
        if len(kept["tags"]) > MOST_TAGS or not all(0 < len(tag) <= LONGEST_TAG for tag in kept["tags"]):
            raise refused(
                f"At most {MOST_TAGS} tags of 1 to {LONGEST_TAG} characters.", details={"field": "tags"}
            )
    return kept
