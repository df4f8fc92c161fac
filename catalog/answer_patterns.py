"""Regular expressions in answer keys, which cannot hang.

RE2 matches in time linear in the length of the text, whatever the pattern; it knows neither back-references nor
look-around, which are what make other engines backtrack (R. Cox, "Regular Expression Matching Can Be Simple And
Fast", 2007). What is left to bound is bounded here: the length of pattern and text, the number of patterns of a key
(in its schema), and the memory of a compiled pattern, which also bounds the work for each character.

A pattern is brought into the form that answers are compared in (`catalog.answer_texts`), sign by sign: its letters
are folded as theirs are, invisible signs fall away, white space becomes single spaces. It has to fit an answer from
end to end, with or without the punctuation around the answer.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

import re2

from catalog.answer_texts import folded_signs

MAX_PATTERN: Final = 500
MAX_TEXT: Final = 10_000
MAX_MEMORY: Final = 256 * 1024

_TOKEN: Final = re.compile(
    r"(?P<quoted>\\Q.*?(?:\\E|\Z))|(?P<code>\\[pP]\{[^}]*\}|\\[pP].|\\x\{[^}]*\}|\\[A-Za-z0-9])"
    r"|\\(?P<escaped>.)|(?P<posix>\[:[^\]]*:\])|(?P<sign>.)",
    re.DOTALL,
)
# How RE2 names what it cannot do.
_LOOK_AROUND: Final = re.compile(r"invalid perl operator: \(\?<?[=!]")
_BACK_REFERENCE: Final = re.compile(r"invalid escape sequence: \\[1-9gk]|invalid perl operator: \(\?P$")
_TOO_LARGE: Final = re.compile(r"too large|repetition size")
_LEADING_SPACE: Final = re.compile(r"\A (?![*+?{])")
_SPECIAL: Final = frozenset("\\.+*?()|[]{}^$-")
# What no sensible pattern accepts all of: letters, digits with a sign, several words.
_NONSENSE: Final = ("qzxv", "-7~0", "zq xw ~8 vv")


class PatternInvalid(ValueError):
    """A pattern that a key may not hold; the message says why and may quote it."""


@dataclass(frozen=True, slots=True)
class AnswerPattern:
    """A compiled pattern of an answer key; `source` is how its author wrote it."""

    source: str
    program: Any

    def fits(self, readings: Iterable[str]) -> bool:
        """Whether the pattern accepts one of the `catalog.answer_texts.readings` of an answer from end to end; one
        of more than 10,000 characters never fits."""
        return any(
            len(reading) <= MAX_TEXT and self.program.fullmatch(reading) is not None for reading in readings
        )


def compiled(source: str, case_sensitive: bool = False) -> AnswerPattern:
    """Compile a pattern; raises `PatternInvalid` with a reason that its author can act on."""
    if len(source) > MAX_PATTERN:
        raise PatternInvalid(f"must have at most {MAX_PATTERN} characters")
    program = _program(folded_pattern(source, case_sensitive), case_sensitive)
    if program.fullmatch("") is not None:
        raise PatternInvalid("fits an empty answer; ask for at least one sign, as + does where * does not")
    if all(program.fullmatch(text) is not None for text in _NONSENSE):
        raise PatternInvalid("fits any answer whatever")
    return AnswerPattern(source, program)


def _program(pattern: str, case_sensitive: bool) -> Any:
    options = re2.Options()
    options.max_mem = MAX_MEMORY
    options.case_sensitive = case_sensitive
    options.never_capture = True
    options.log_errors = False
    try:
        return re2.compile(pattern, options)
    except UnicodeEncodeError as half:
        raise PatternInvalid("holds half of a surrogate pair, which no answer can hold") from half
    except re2.error as refused:
        raise PatternInvalid(_reason(refused, pattern)) from refused


def _reason(refused: Exception, pattern: str) -> str:
    """What RE2 said of a pattern, which it says in bytes, in the author's words."""
    said = refused.args[0].decode("utf-8", "replace")
    if _LOOK_AROUND.search(said):
        return f"looks ahead or behind ({said.rpartition(': ')[2]}…), which patterns here cannot do"
    if _BACK_REFERENCE.search(said) and ("(?P=" in pattern or "escape" in said):
        return "refers back to a group, which patterns here cannot do"
    if _TOO_LARGE.search(said):
        return f"is too large when its repetitions are written out ({said})"
    return f"cannot be read as a pattern ({said})"


def folded_pattern(source: str, case_sensitive: bool = False) -> str:
    """The pattern for answers that are folded as `catalog.answer_texts` folds them."""
    parts = [
        (part, inside)
        for kind, text, inside in _tokens(unicodedata.normalize("NFC", source))
        for part in ([text] if kind == "raw" else _literal(text, kind, inside, case_sensitive))
    ]
    written: list[str] = []
    for at, (part, inside) in enumerate(parts):
        # A run of spaces is one space in every answer; "  *" stays, for it asks for one and allows more.
        following = parts[at + 1][0] if at + 1 < len(parts) else ""
        if part == " " and written and written[-1] == " " and not inside and following not in ("*", "?", "{"):
            continue
        written.append(part)
    return _LEADING_SPACE.sub("", "".join(written)).rstrip(" ")


def _tokens(pattern: str) -> Iterator[tuple[str, str, bool]]:
    """Split a pattern into ("raw", text), ("sign", c) and ("escaped", c), each with whether it stands in [...]."""
    inside, opened = False, 0
    for match in _TOKEN.finditer(pattern):
        kind, text = str(match.lastgroup), match.group(match.lastgroup or 0)
        if kind == "quoted":
            yield from (("escaped", sign, inside) for sign in text[2:].removesuffix("\\E"))
        elif kind == "posix" and not inside:
            # [:x:] outside of brackets is a class of its own signs, which re-reading it as one keeps.
            yield "raw", text, inside
        elif kind in ("code", "posix"):
            yield "raw", text, inside
        else:
            yield kind, text, inside
        if kind == "sign" and text == "[" and not inside:
            inside, opened = True, match.end()
        elif kind == "sign" and text == "]" and inside and pattern[opened : match.start()] not in ("", "^"):
            inside = False


def _literal(sign: str, kind: str, inside: bool, case_sensitive: bool) -> list[str]:
    """A sign that stands for itself, as answers have it; a space that it begins with apart from the rest."""
    if sign.isspace():
        return [" "]
    if sign.isascii():
        return ["\\" + sign if kind == "escaped" and not sign.isalnum() else sign]
    folded = folded_signs(sign, case_sensitive)
    if len(folded) > 1 and inside:
        raise PatternInvalid(f"write “{sign}” outside of square brackets: it is compared as “{folded}”")
    rest = folded.lstrip(" ")
    escaped = "".join("\\" + one if one in _SPECIAL else one for one in rest)
    spaces = [" "] if len(rest) < len(folded) else []
    return [*spaces, f"(?:{escaped})" if len(rest) > 1 else escaped]
