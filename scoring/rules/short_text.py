"""Short text against a list of accepted answers, each with its credit.

Two texts are the same when they agree after compatibility normalisation (Unicode NFKC),
without regard to case (unless the key asks for it), runs of white space, invisible
characters, typographic quotation marks, and sentence punctuation around the text. Signs
that carry meaning ("C#", "C++", "50%", "SELECT *") stay. The best credit of all accepted
answers that fit is the share.
"""

import re
import unicodedata
from collections.abc import Mapping
from fractions import Fraction
from typing import Any, Final

from scoring.rules.base import ONE, ZERO, Finding

_MARKS: Final = str.maketrans("‘’‚′“”„″‐‑‒–—−", "''''\"\"\"\"------")
_AROUND: Final = " .,;:!?…\"'`()[]{}<>«»‹›¿¡"
_SPACE = re.compile(r"\s+")


def find(rules: Mapping[str, Any], answer: Mapping[str, Any]) -> Finding:
    """Judge a canonical ``{"text": "..."}``."""
    case_sensitive = bool(rules.get("case_sensitive", False))
    given = normal_form(answer["text"], case_sensitive)
    fitting = [
        (Fraction(accepted.get("credit", "1")), str(accepted["text"]))
        for accepted in rules["accepted"]
        if normal_form(accepted["text"], case_sensitive) == given
    ]
    share, match = max(fitting, default=(ZERO, ""))
    listed = ", ".join(f"“{a['text']}” ({a.get('credit', '1')})" for a in rules["accepted"])
    return Finding(
        share=share,
        explanation=_explanation(share),
        staff_explanation=f"Accepted: {listed}. Compared as “{given}”: "
        + (f"fits “{match}”." if fitting else "fits none."),
        applied={"kind": "short_text", "matched": bool(fitting), "case_sensitive": case_sensitive},
    )


def normal_form(text: str, case_sensitive: bool = False) -> str:
    """The form in which two short texts are compared; applying it twice changes nothing."""
    while (folded := _fold(text, case_sensitive)) != text:
        text = folded
    return text


def _fold(text: str, case_sensitive: bool) -> str:
    visible = "".join(c for c in unicodedata.normalize("NFKC", text) if unicodedata.category(c) != "Cf")
    plain = unicodedata.normalize("NFKC", visible.translate(_MARKS))
    if not case_sensitive:
        plain = unicodedata.normalize("NFKC", plain.casefold())
    plain = _SPACE.sub(" ", plain).strip()
    return plain.strip(_AROUND) or plain


def _explanation(share: Fraction) -> str:
    if share == ONE:
        return "Your answer is an accepted answer."
    if share > ZERO:
        return "Your answer is accepted for part of the points."
    return "Your answer is not one of the accepted answers."
