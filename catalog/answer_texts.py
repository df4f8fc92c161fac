"""The form in which short texts are compared.

Answers and accepted texts are compared after the same steps, taken until nothing changes any more:

1. Unicode compatibility normalisation (NFKC), without invisible format characters;
2. typographic quotation marks, primes and dashes as their plain signs;
3. case folding, unless the key asks for case;
4. every run of white space as one space, none around the text;
5. no sentence punctuation, quotation marks or brackets around the text, unless nothing else is there.

Signs that carry meaning ("C#", "C++", "50%", "SELECT *") stay.
"""

import unicodedata
from typing import Final

MARKS: Final = str.maketrans("‘’‚′“”„″‐‑‒–—−", "''''\"\"\"\"------")
_SENTENCE: Final = " .,;:!?…"
_AROUND: Final = _SENTENCE + "\"'`()[]{}<>«»‹›¿¡"


def normal_form(text: str, case_sensitive: bool = False) -> str:
    """The form in which two short texts are compared; applying it twice changes nothing."""
    if text.isascii():
        return _bare(_spaced(text if case_sensitive else text.casefold()))
    while (folded := _bare(folded_text(text, case_sensitive))) != text:
        text = folded
    return text


def readings(text: str, case_sensitive: bool = False) -> tuple[str, ...]:
    """The forms in which a pattern may fit a text: without what stands around it, as it is after
    steps 1 to 4, and that without sentence punctuation alone, so that a pattern may ask for brackets."""
    whole = folded_text(text, case_sensitive)
    bare = _bare(whole) if whole.isascii() else normal_form(whole, case_sensitive)
    return (whole,) if bare == whole else tuple(dict.fromkeys((bare, whole, whole.strip(_SENTENCE))))


def folded_text(text: str, case_sensitive: bool = False) -> str:
    """The text after steps 1 to 4."""
    return _spaced(folded_signs(text, case_sensitive))


def folded_signs(text: str, case_sensitive: bool = False) -> str:
    """The text after steps 1 to 3; applying it twice changes nothing."""
    if text.isascii():
        return text if case_sensitive else text.casefold()
    while (folded := _folded_once(text, case_sensitive)) != text:
        text = folded
    return text


def signs_seen(text: str) -> str:
    """The text in compatibility form (NFKC), without invisible format characters."""
    return "".join(c for c in unicodedata.normalize("NFKC", text) if unicodedata.category(c) != "Cf")


def _folded_once(text: str, case_sensitive: bool) -> str:
    visible = signs_seen(text)
    plain = unicodedata.normalize("NFKC", visible.translate(MARKS))
    return plain if case_sensitive else unicodedata.normalize("NFKC", plain.casefold())


def _spaced(text: str) -> str:
    return " ".join(text.split())


def _bare(text: str) -> str:
    return text.strip(_AROUND) or text
