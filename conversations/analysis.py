"""What a question says of itself, before anything is looked up: whether it has a subject, and whether it leans on
something that was said before.

Words by which any course can be asked about (how it is assessed, how long it takes, whom it is for) are no subject. A
word such as "it" or "that" leans on an earlier question where nothing that it could mean stands before it in the same
question. The lists are English; a question in another language has a subject, and is searched for as it stands.
"""

import json
import re
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Final

_WORD: Final = re.compile(r"[^\W\d_]+(?:[-’'][^\W\d_]+)*")
_EXPLETIVE: Final = re.compile(
    r"\b(?:is|are|was|were|will) there\b|\bthere (?:is|are|was|were|be)\b", re.IGNORECASE
)
_LISTS: Final = json.loads((Path(__file__).parent / "word_lists.json").read_text(encoding="utf-8"))
REFERENCES: Final = frozenset(_LISTS["references"].split())
FUNCTION: Final = frozenset(_LISTS["function_words"].split())
ASPECTS: Final = frozenset(_LISTS["aspects"].split())
SECTIONS: Final = {kind: frozenset(words.split()) for kind, words in _LISTS["sections"].items()}
CLEAR: Final = Decimal(1)
LEANING: Final = Decimal("0.25")
SEVERAL: Final = Decimal("0.25")
WORDY: Final = Decimal("0.25")
MANY_WORDS: Final = 60
BEGINNING: Final = 5

# Who writes like this needs somebody, now, and no catalog. Kept short: what is missed is refused as before.
_IN_NEED: Final = re.compile(
    r"\b(?:kill|hurt|harm|cut)(?:ing)? myself\b|\bsuicid\w*|\bself[- ]harm\w*|\bend (?:my life|it all)\b"
    r"|\b(?:want|wish|going) to (?:die|be dead)\b|\b(?:don['’]t|do not) want to (?:live|be alive)\b"
    r"|\b(?:harass|abus|assault|bull[iy]|stalk|rap)(?:es|ed|e|s|ing)? me\b"
    r"|\b(?:i am|i['’]m) (?:being )?(?:harass|abus|bulli|stalk)ed\b",
    re.IGNORECASE,
)
_OF_ONESELF: Final = re.compile(
    r"\bam i (?:good|bad|weak|strong|smart|able|ready|qualified|doing|behind|ahead|too)\b"
    r"|\bmy (?:own )?(?:\w+ )?(?:weakness\w*|strengths?|results?|scores?|levels?|assessments?|essays?|advisor|"
    r"password|account|progress|goals?|grades?)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Analysis:
    """A question's subject, word by word; whether it ``refers_back``; how many questions it holds, and words."""

    subject: tuple[str, ...]
    refers_back: bool
    questions: int
    words: int

    @property
    def is_vague(self) -> bool:
        """Whether nothing says what it is about."""
        return not self.subject

    def clarity(self, *, leans: bool) -> Decimal:
        """Return from 0 to 1 how clear the question is; ``leans`` says that it was read with an earlier one."""
        if self.is_vague and not leans:
            return Decimal(0)
        unclear = LEANING * leans + SEVERAL * (self.questions > 1) + WORDY * (self.words > MANY_WORDS)
        return CLEAR - unclear


def analyse(question: str) -> Analysis:
    """Return what a question says of itself."""
    words = [word.casefold() for word in _WORD.findall(_EXPLETIVE.sub(" ", question))]
    subject = [word for word in words if _is_subject(word)]
    return Analysis(
        subject=tuple(dict.fromkeys(subject)),
        refers_back=_refers_back(words),
        questions=max(1, question.count("?")),
        words=len(words),
    )


def section(text: str) -> str:
    """Return what kind of section a question asks for, or a heading announces: assessment, audience, work or content;
    nothing where no word tells. The first kind that has a word counts, for "who is assessed" is about assessment."""
    words = {word.casefold() for word in _WORD.findall(text)}
    return next((kind for kind, telling in SECTIONS.items() if not words.isdisjoint(telling)), "")


def needs_a_person(question: str) -> bool:
    """Whether it speaks of harm to whoever asks."""
    return bool(_IN_NEED.search(question))


def is_about_oneself(question: str) -> bool:
    """Whether it asks for what the catalog cannot know: how whoever asks is doing, or what is theirs."""
    return bool(_OF_ONESELF.search(question))


def beginnings(text: str) -> frozenset[str]:
    """Return how the words of a text begin, so that forms of a word meet; short ones too, for git is a subject."""
    return frozenset(word[:BEGINNING].casefold() for word in _WORD.findall(text))


def _is_subject(word: str) -> bool:
    return len(word) > 1 and word not in FUNCTION and word not in REFERENCES and word not in ASPECTS


def _refers_back(words: list[str]) -> bool:
    for word in words:
        if word in REFERENCES:
            return True
        if _is_subject(word):
            return False
    return False
