"""What the catalog itself knows of a credential, for questions that no document has to answer: how long it takes, how
advanced it is, who offers it, in which language, and what has to come before it.

A record is cited as passages are: its sentences are the source, at the address of the credential.
"""

import re
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from conversations.selecting import BEHIND, Found
from recommendations.citing import Sentence, Source

HEADING: Final = "Catalog record"
MOST_CREDENTIALS: Final = 2
TOP_LEVEL: Final = 5


class Fact(StrEnum):
    """What may be asked of a record."""

    HOURS = "hours"
    LEVEL = "level"
    PROVIDER = "provider"
    LANGUAGE = "language"
    BEFORE = "before"


# English, as the lists of words that are no subject are; a question in another language is answered by passages alone.
_ASKING: Final = {
    Fact.HOURS: r"\bhow (?:long|many (?:hours|days|weeks))\b|\bhow much time\b|\bduration\b|\btime[- ]consuming\b"
    r"|\b(?:short(?:er|est)|long(?:er|est))\b|\b(?:under|less than|at most|within) \d+ hours\b",
    Fact.LEVEL: r"\b(?:how|too|very|so) (?:hard|difficult|advanced|easy)\b|\b(?:what|which) level\b|\bbeginners?\b"
    r"|\b(?:is|are) (?:it|this|that|they) (?:hard|difficult|advanced|easy)\b|\b(?:hard|easi)(?:er|est)\b",
    Fact.PROVIDER: r"\bwho (?:offers|provides|runs|teaches|gives|issues)\b|\bproviders?\b",
    Fact.LANGUAGE: r"\b(?:in )?(?:what|which) language (?:is|are|do|does)\b|\btaught in\b",
    Fact.BEFORE: r"\bprerequisites?\b|\brequirements?\b|\b(?:need|have|should|must)\b.{0,40}\b(?:before|first)\b",
}
# What no record knows, and a document seldom: how it is asked for, and a word without which no sentence tells it.
_UNKNOWN: Final = (
    (r"\bhow much (?:is|are|does|do) (?:it|this|that|they|these|the|a|an)\b.{0,60}(?:\bcosts?\b|\?|$)"
     r"|\b(?:does|do|what|how much).{0,60}\bcosts?\b\W*$|\b(?:price|prices|fee|fees|tuition)\b"
     r"|\bfor free\b|\bfree of charge\b|\b(?:is|are)\b.{0,60}\bfree\b\W*$",
     r"\b(?:fee|fees|tuition|free of charge|for free)\b|[€$£]"),
    (r"\bwhen (?:is|are|does|do|can|will)\b.{0,60}"
     r"\b(?:start|begin|take place|held|offered|enroll?|register|next)\b"
     r"|\b(?:start|starting|next) dates?\b|\bdeadlines?\b",
     r"\b(?:starts?|begins?|held) (?:in|on|every|each|any)\b"
     r"|\b(?:deadlines?|spring|summer|autumn|winter|term|semester)\b"),
)  # fmt: skip
_TOLD_OR_NOT: Final = [
    (re.compile(asking, re.IGNORECASE), re.compile(telling, re.IGNORECASE)) for asking, telling in _UNKNOWN
]
_PATTERNS: Final = {fact: re.compile(pattern, re.IGNORECASE | re.DOTALL) for fact, pattern in _ASKING.items()}


@dataclass(frozen=True, slots=True)
class Record:
    """What the catalog knows of a credential; ``language`` is its name, ``before`` are titles, ``level`` is 1 to 5."""

    credential_id: uuid.UUID
    title: str
    provider: str
    hours: int
    level: int
    language: str
    before: tuple[str, ...]

    def sentence(self, fact: Fact) -> str:
        """Return what it says of this."""
        match fact:
            case Fact.HOURS:
                return f"{self.title} takes {self.hours} hour{'' if self.hours == 1 else 's'}."
            case Fact.LEVEL:
                return f"{self.title} is at level {self.level} of {TOP_LEVEL}."
            case Fact.PROVIDER:
                return f"{self.title} is offered by {self.provider}."
            case Fact.LANGUAGE:
                return f"{self.title} is taught in {self.language}."
            case Fact.BEFORE:
                if not self.before:
                    return f"{self.title} needs no other credential first."
                return f"Before {self.title} comes {_together(self.before)}."

    @property
    def text(self) -> str:
        """All that it says."""
        return " ".join(self.sentence(fact) for fact in Fact)


def asked_facts(question: str) -> tuple[Fact, ...]:
    """Return what a question asks that records answer."""
    return tuple(fact for fact, pattern in _PATTERNS.items() if pattern.search(question))


def leaves_out(question: str, answer: str) -> bool:
    """Whether a question asks for a price or a time, and nothing in the answer can tell it; records do not know it."""
    return any(asking.search(question) and not telling.search(answer) for asking, telling in _TOLD_OR_NOT)


def credentials_meant(
    question: str, passages: Sequence[Found], talked_about: Sequence[uuid.UUID]
) -> list[uuid.UUID]:
    """Return whose records answer a question: of the credentials that it names; else of those that the answer before it
    cited, where it leans on that; else of those whose passages were found first, without what is far behind."""
    said = question.casefold()
    named = [one.credential_id for one in passages if one.title.casefold() in said]
    best = max((one.nearness for one in passages), default=0.0)
    near = [one.credential_id for one in passages if one.nearness >= best - BEHIND]
    return list(dict.fromkeys(named or talked_about or near))[:MOST_CREDENTIALS]


def as_sources(records: Iterable[Record], *, after: int, nearness: float) -> list[Found]:
    """Return records as sources beside so many passages, as near to the question as the nearest of these."""
    return [
        Found(
            source=Source(str(mark), record.text, (record.title, HEADING)),
            credential_id=record.credential_id, title=record.title, heading=HEADING,
            uri=f"/api/v1/catalog/credentials/{record.credential_id}", start=0, end=len(record.text), nearness=nearness,
        )
        for mark, record in enumerate(records, start=after + 1)
    ]  # fmt: skip


def told(facts: Sequence[Fact], records: Sequence[Record], sources: Sequence[Found]) -> list[Sentence]:
    """Return what the records say of these facts, credential by credential."""
    return [
        Sentence(record.sentence(fact), (source.source.mark,))
        for record, source in zip(records, sources, strict=True)
        for fact in facts
    ]


def _together(titles: Sequence[str]) -> str:
    return " and ".join(filter(None, [", ".join(titles[:-1]), titles[-1]]))
