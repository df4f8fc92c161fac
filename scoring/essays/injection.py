"""Text in an answer that speaks to the grader instead of answering.

Finding some costs the student nothing by itself: it is shown to staff, and a judge that
might obey hands the essay to a person. The patterns want several words together, so that an
essay *about* prompts or grading is rarely caught.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from scoring.essays.text import Folded, fold, is_invisible


@dataclass(frozen=True, slots=True)
class Suspicion:
    """One stretch of the answer, `start` to `end`, and the `family` it looks like."""

    family: str
    start: int
    end: int


_MARK = r"(?:score|mark|grade|point|credit|rating|level)s?"
_TOP = r"(?:full|maximum|max|highest|top|perfect|best|all)"
_REF = r"(?:instructions?|prompts?|rules?|rubrics?|guidelines?|directions?|messages?|context)"
_WORK = r"(?:essay|answer|response|submission|student|criteri(?:a|on))"
_GIVE = r"\b(?:give|award|assign|grant|return|output|set|rate|mark|grade|score)\b"
_PATTERNS: Final = {
    "ignore": (
        r"\b(?:ignore|disregard|forget|override|bypass)\b.{0,20}"
        rf"\b(?:previous|prior|above|all|any|earlier|preceding|your|these)\b.{{0,20}}\b{_REF}\b"
    ),
    "order": rf"{_GIVE}.{{0,30}}\b(?:me|my|this|{_WORK})\b.{{0,40}}\b{_TOP}\b.{{0,20}}\b{_MARK}\b",
    "order for all": rf"{_GIVE}.{{0,20}}\b{_TOP}\b.{{0,20}}\b{_MARK}\b.{{0,30}}\b(?:me|my|this|{_WORK})\b",
    "role": r"\byou are (?:now )?(?:an? |the )?(?:grader|judge|assistant|ai|language model|chatgpt|system)\b",
    "chat": r"<\|?(?:im_start|im_end|system|endoftext|assistant|user)\|?>|\[/?inst\]|<</?sys>>",
    "authority": (
        r"\b(?:note|message|instructions?|attention)\b.{0,12}\b(?:to|for|from)\b.{0,12}"
        r"\b(?:graders?|judges?|markers?|examiners?|instructors?|evaluators?|grading (?:ai|model|system))\b"
    ),
    "already": (
        r"\bthis (?:essay|answer|response)\b.{0,20}\b(?:deserves?|receives?|gets)\b"
        rf".{{0,30}}\b{_MARK}\b"
    ),
    "reply": r"[{\"']\s*(?:level|score|points|criterion|criteria|verdict|grade|quotes)[\"']?\s*:",
    "extract": (
        r"\b(?:reveal|print|repeat|show|output|quote)\b.{0,30}"
        r"\b(?:(?:your|hidden|grading|system) (?:\w+ )?(?:rubric|instructions?|prompt|rules|guidelines)"
        r"|(?:the|above) (?:rubric|instructions|prompt))\b"
    ),
    "fence": r"<< ?/? ?(?:end )?answer|\bend of (?:the )?(?:student'?s? )?(?:answer|essay)\b",
    "pressure": r"\b(?:you|i)(?: will|'ll) be (?:fired|shut down|deleted|rewarded|expelled|tipped)\b",
}
_COMPILED: Final = {family: re.compile(pattern) for family, pattern in _PATTERNS.items()}
_SPOOF = re.compile(
    r"^[ \t#>*\[<|-]*(?:system|assistant|developer|grader)[ \t]*"
    r"(?:prompt|message|note|override)?[ \t]*[:\]>]",
    re.IGNORECASE | re.MULTILINE,
)
_ENCODED = re.compile(r"[A-Za-z0-9+/]{60,}={0,2}")
_HIDDEN_RUN: Final = 3


def suspicions(answer: str) -> tuple[Suspicion, ...]:
    """Everything in the answer that seems to address the grader, in the order it stands."""
    folded = fold(answer)
    found = [*_patterns(folded), *_encoded(answer), *_spoofed(answer), *_hidden(answer)]
    return tuple(sorted(found, key=lambda s: (s.start, s.end, s.family)))


def _patterns(folded: Folded) -> Iterator[Suspicion]:
    for family, pattern in _COMPILED.items():
        for match in pattern.finditer(folded.text):
            yield Suspicion(family, folded.origin[match.start()], folded.origin[match.end() - 1] + 1)


def _encoded(answer: str) -> Iterator[Suspicion]:
    for match in _ENCODED.finditer(answer):
        yield Suspicion("encoded", match.start(), match.end())


def _spoofed(answer: str) -> Iterator[Suspicion]:
    """A line that opens as another speaker would; an answer may well say "the system:"."""
    for match in _SPOOF.finditer(answer):
        yield Suspicion("spoof", match.start(), match.end())


def _hidden(answer: str) -> Iterator[Suspicion]:
    """Runs of invisible characters: one may be an accident of copying, three are a message."""
    run = 0
    for at, character in enumerate(f"{answer} "):
        if is_invisible(character) and character != "\ufeff":
            run += 1
            continue
        if run >= _HIDDEN_RUN:
            yield Suspicion("hidden", at - run, at)
        run = 0
