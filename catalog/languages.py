"""What languages are called."""

from typing import Final

from django.conf.locale import LANG_INFO

# What the product speaks, and most catalogs are in: not worth a word.
OWN: Final = "en"


def other_language(code: str) -> str:
    """Return the name of a language, an unknown one's code; empty for English."""
    wanted = code.strip().lower()
    base = wanted.partition("-")[0]
    if base in ("", OWN):
        return ""
    known = LANG_INFO.get(wanted) or LANG_INFO.get(base) or {}
    return str(known.get("name", code.strip()))
