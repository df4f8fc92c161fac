"""What a person states as a reason, an appeal or a message, as it is stored."""

import re
from typing import Final

from scoring.essays.text import visible

# Marks that turn the direction of whatever stands beside them, on whichever page that is.
_TURNING: Final = re.compile("[\u202a-\u202e\u2066-\u2069]")


def clean_statement(text: str) -> str:
    """Return the text without space around it and without marks that turn what stands beside it; empty where there
    is nothing to be seen."""
    return _TURNING.sub("", text).strip() if visible(text).strip() else ""
