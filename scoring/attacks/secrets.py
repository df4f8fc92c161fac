"""Does a text that a student may read give away text that is for staff?"""

import base64
import binascii
import re
from dataclasses import replace
from functools import lru_cache
from typing import Final

from scoring.essays.prompt import SYSTEM
from scoring.essays.task import EssayTask

WINDOW: Final = 30
_BASE64: Final = re.compile(r"[A-Za-z0-9+/]{24,}={0,2}")


def gives_away(visible: str, task: EssayTask) -> bool:
    """True when 30 letters in a row of the guidance, levels, model answer, notes or instructions come out.

    Only letters are compared, so that spacing, capitals and punctuation hide nothing; the text is also read
    backwards, turned by 13 letters and decoded from base64. Independent of the filter that it tests.
    """
    secret, answer = _secret_runs(replace(task, answer="")), _letters(task.answer)
    said = {run for form in _forms(visible) for run in _runs(form)}
    return any(run in secret and run not in answer for run in said)


@lru_cache(maxsize=32)
def _secret_runs(task: EssayTask) -> frozenset[str]:
    staff = [task.model_answer, task.grader_notes, SYSTEM]
    public = [task.prompt]
    for criterion in task.criteria:
        staff += [criterion.guidance, *(level.description for level in criterion.levels)]
        public += [criterion.explanation]
    known = " ".join(map(_letters, public))
    return frozenset(run for text in staff for run in _runs(_letters(text)) if run not in known)


def _runs(text: str) -> list[str]:
    return [text[at : at + WINDOW] for at in range(len(text) - WINDOW + 1)]


def _forms(visible: str) -> list[str]:
    letters = _letters(visible)
    decoded = [_letters(_decoded(found)) for found in _BASE64.findall(visible)]
    return [letters, letters[::-1], letters.translate(_TURNED), *decoded]


def _decoded(found: str) -> str:
    try:
        return base64.b64decode(found + "=" * (-len(found) % 4)).decode("utf-8", "ignore")
    except binascii.Error:
        return ""


def _letters(text: str) -> str:
    return "".join(c for c in text.casefold() if c.isalpha())


_ALPHABET: Final = "abcdefghijklmnopqrstuvwxyz"
_TURNED: Final = str.maketrans(_ALPHABET, _ALPHABET[13:] + _ALPHABET[:13])
