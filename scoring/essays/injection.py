"""Text in an answer that speaks to the grader instead of answering.

Finding some costs the student nothing by itself: it is shown to staff, and a judge that
might obey hands the essay to a person. What is sought: phrases that belong to grading, in
plain sight or behind a disguise (`scoring.essays.deobfuscation`); stretches that are no prose of
the task's language; and invisible characters.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from scoring.essays.cache_sizes import ANSWERS
from scoring.essays.deobfuscation import deobfuscated_views, hidden_texts
from scoring.essays.injection_patterns import compiled
from scoring.essays.language import FUNCTION_WORDS, function_share, other_language
from scoring.essays.text import Folded, Span, is_invisible, sentences, visible, words


@dataclass(frozen=True, slots=True)
class Suspicion:
    """One stretch of the answer, `start` to `end`, and the `family` it looks like."""

    family: str
    start: int
    end: int


_SPOOF = re.compile(
    r"^[ \t#>*\[<|-]*(?:system|assistant|developer|grader)[ \t]*"
    r"(?:prompt|message|note|override)?[ \t]*[:\]>]",
    re.IGNORECASE | re.MULTILINE,
)
_SPACED = re.compile(r"(?<!\w)(?:[^\W\d_][ \-.]{1,2}){11,}[^\W\d_](?!\w)")
_OTHER_SCRIPT = re.compile(r"[^\W\d_\u0041-\u024f\u1e00-\u1eff\uff21-\uff5a\u00aa\u00ba]{4,}")
_TWO_SCRIPTS = re.compile(r"[A-Za-z][\u0370-\u04ff]|[\u0370-\u04ff][A-Za-z]")
_STREWN = re.compile(
    "(?:\\w[\u00ad\u200b-\u200f\u2060\u202a-\u202e\u2066-\u2069]){3,}|[\u202a-\u202e\u2066-\u2069]"
)
_HIDDEN_RUN: Final = 3
_NOISE_WINDOW: Final = 70
_NOISE_SHARE: Final = 0.3
_LEAST_FOREIGN: Final = 6
_LEAST_SALAD: Final = 8
_ENGLISH_ENOUGH: Final = 0.15
_SEPARATES: Final = re.compile(r"[,;:()/|\n-]")


@lru_cache(maxsize=ANSWERS)
def suspicions(answer: str, language: str = "en") -> tuple[Suspicion, ...]:
    """Everything in the answer that seems to address the grader, in the order it stands."""
    found = {
        *_patterns(answer),
        *_encoded(answer),
        *_spoofed(answer),
        *_hidden(answer),
        *_scripts(answer, language),
        *_noise(answer),
        *_no_prose(answer, language),
    }
    return tuple(sorted(found, key=lambda s: (s.start, s.end, s.family)))


def _patterns(answer: str) -> Iterator[Suspicion]:
    for view in deobfuscated_views(answer):
        for sought in compiled():
            for match in sought.found(view.text):
                yield _at(sought.family, view, match)


def _at(family: str, view: Folded, match: re.Match[str]) -> Suspicion:
    ends = view.origin[match.start()], view.origin[match.end() - 1]
    return Suspicion(family, min(ends), max(ends) + 1)


def _encoded(answer: str) -> Iterator[Suspicion]:
    for start, end, _ in hidden_texts(answer):
        yield Suspicion("encoded", start, end)
    for match in _SPACED.finditer(answer):
        yield Suspicion("encoded", match.start(), match.end())


def _spoofed(answer: str) -> Iterator[Suspicion]:
    """A line that opens as another speaker would; an answer may well say "the system:"."""
    for match in _SPOOF.finditer(answer):
        yield Suspicion("spoof", match.start(), match.end())


def _hidden(answer: str) -> Iterator[Suspicion]:
    """Runs of invisible characters: one may be an accident of copying, three are a message.
    So are three of one kind strewn over a word, which text is never copied with."""
    if visible(answer) == answer:
        return
    run = 0
    for at, character in enumerate(f"{answer} "):
        if is_invisible(character) and character != "\ufeff":
            run += 1
            continue
        if run >= _HIDDEN_RUN:
            yield Suspicion("hidden", at - run, at)
        run = 0
    for match in _STREWN.finditer(answer):
        yield Suspicion("hidden", match.start(), match.end())


def _scripts(answer: str, language: str) -> Iterator[Suspicion]:
    if language not in FUNCTION_WORDS or answer.isascii():
        return
    drawn = [at for at, character in enumerate(answer) if _is_drawn_letter(character)]
    if len(drawn) >= _HIDDEN_RUN:
        yield Suspicion("script", drawn[0], drawn[-1] + 1)
    for family, pattern in (("script", _OTHER_SCRIPT), ("script", _TWO_SCRIPTS)):
        for match in pattern.finditer(answer):
            yield Suspicion(family, match.start(), match.end())


def _is_drawn_letter(character: str) -> bool:
    """Whether it is a symbol that shows a letter, as the squared ones do that no normal form takes back."""
    return unicodedata.category(character) == "So" and "LETTER" in unicodedata.name(character, "")


def _noise(answer: str) -> Iterator[Suspicion]:
    """Stretches that are more punctuation than any prose or code has."""
    marks = [
        at for at, c in enumerate(answer) if not (c.isalnum() or c.isspace() or c == answer[at - 1 : at])
    ]
    least = int(_NOISE_WINDOW * _NOISE_SHARE)
    for first, last in zip(marks, marks[least - 1 :], strict=False):
        if last - first < _NOISE_WINDOW:
            yield Suspicion("noise", first, last + 1)
            return


def _no_prose(answer: str, language: str) -> Iterator[Suspicion]:
    """Sentences in another language, turned by 13 letters or written backwards, and word salad."""
    if language not in FUNCTION_WORDS:
        return
    for span in sentences(answer):
        tokens = words(span.text)
        if len(tokens) < _LEAST_FOREIGN:
            continue
        if (
            other_language(tokens, language)
            or _is_accented(tokens, language)
            or _is_salad(span, tokens, language)
        ):
            yield Suspicion("no prose", span.start, span.end)


def _is_accented(tokens: list[str], language: str) -> bool:
    strange = [token for token in tokens if not token.isascii()]
    accented = sum(any(c.isalpha() and not c.isascii() for c in token) for token in strange)
    few = 2 if function_share(tokens, language) < _ENGLISH_ENOUGH else 3
    return language == "en" and accented >= few


def _is_salad(span: Span, tokens: list[str], language: str) -> bool:
    """Words in a row that neither grammar nor a comma holds together."""
    bare = len(tokens) >= _LEAST_SALAD and not function_share(tokens, language)
    return bare and not _SEPARATES.search(span.text)
