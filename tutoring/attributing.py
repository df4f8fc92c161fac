"""Whom a sentence about a session has say something, and whether they did.

What tutor or student are told to have said stands in lines of theirs that the sentence names, by half of its words of
substance; or they confirm, praise or correct in the line that follows what the other said, where both are named.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from recommendations.citing import LEAST_SUPPORT, Source, stems
from tutoring.enums import Speaker

_HOW: Final = r"(?:,? (?:\w+ly|who|also|then|first|again|later|has|had|now|even|still|just|did|does|is|was))*"
_REPLIES: Final = r"confirm\w*|agree[ds]?|prais\w+|commend\w*|compliment\w*|congratulat\w+|correct(?:ed|s)"
_SAYS: Final = (
    r"sa(?:id|ys?)|t(?:old|ells?)|ask(?:ed|s)?|expla?in\w*|stat(?:ed|es)|not(?:ed|es)|mention\w*|point(?:ed|s) out"
    r"|remark\w*|suggest\w*|stress\w*|emphasi[sz]\w+|warn\w*|remind\w*|recommend\w*|advise[ds]?|assur\w+|announc\w+"
    r"|declar\w+|conclud\w+|add(?:ed|s)|answer\w*|repl(?:ied|ies)|respon\w+|repeat\w*|call(?:ed|s)|claim\w*|report\w*"
    r"|admit\w*|thinks?|thought|believe[ds]?|consider\w*|judg\w+|recogni[sz]\w+|acknowledg\w+|clarif\w+|describ\w+"
    r"|insist\w*|certif\w+|attest\w*|impressed|satisfied|convinced|sure|certain"
)
_ACTIVE: Final = re.compile(
    rf"\b(?P<who>tutor|student){_HOW} (?:(?P<reply>{_REPLIES})|{_SAYS})\b", re.IGNORECASE
)
# Here what is said stands before as well as behind.
_PASSIVE: Final = re.compile(
    rf"\b(?:(?:(?P<reply>{_REPLIES})|{_SAYS}) by|according to|in the (?:view|words|opinion|eyes) of)"
    r" (?:the |their )?(?P<who>tutor|student)\b(?!['’])"
    r"|\b(?P<whose>tutor|student)['’]s? (?:view|words?|opinion|eyes|praise|verdict|judg\w+|assessment)\b",
    re.IGNORECASE,
)
_CORRECTS: Final = re.compile(r"correct", re.IGNORECASE)
_AFFIRMS: Final = re.compile(
    r"\b(?:yes|yeah|exactly|right|correct|true|perfect|precisely|indeed|great|good|well done|nice|excellent|brilliant"
    r"|agreed?|sure|wonderful|absolutely|bravo)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Lines:
    """The lines that a sentence names: as sources, and who says each."""

    sources: Mapping[str, Source]
    speakers: Mapping[str, Speaker]
    marks: Sequence[str]


@dataclass(frozen=True, slots=True)
class _Attributed:
    """What somebody is told to have said, by words of the sentence; ``reply`` is the word by which they take up what
    the other said."""

    who: Speaker
    words: str
    reply: str


def is_theirs(text: str, lines: Lines, told: frozenset[str]) -> bool:
    """Whether those who are told to have said something did; ``told`` are words that any session is told by."""
    return all(_is_said(one, lines, told) for one in _attributed(text))


def _attributed(text: str) -> Iterator[_Attributed]:
    active = list(_ACTIVE.finditer(text))
    ends = [one.start() for one in active[1:]]
    for one, end in zip(active, [*ends, len(text)], strict=False):
        yield _Attributed(Speaker(one["who"].lower()), text[one.end() : end], one["reply"] or "")
    for one in _PASSIVE.finditer(text):
        who = one["who"] or one["whose"]
        yield _Attributed(Speaker(who.lower()), text.replace(one.group(), " "), one["reply"] or "")


def _is_said(one: _Attributed, lines: Lines, told: frozenset[str]) -> bool:
    own = [mark for mark in lines.marks if lines.speakers.get(mark) == one.who]
    if not own:
        return False
    if one.reply and any(_takes_up(mark, one.reply, lines) for mark in own):
        return True
    words = stems(one.words) - told
    theirs = frozenset[str]().union(*(stems(lines.sources[mark].text) for mark in own))
    return len(words & theirs) >= LEAST_SUPPORT * len(words)


def _takes_up(mark: str, reply: str, lines: Lines) -> bool:
    """Whether a line answers the one before, which is named too, as the word says."""
    before = str(int(mark) - 1)
    if before not in lines.marks or lines.speakers.get(before) == lines.speakers[mark]:
        return False
    return _CORRECTS.match(reply) is not None or _AFFIRMS.search(lines.sources[mark].text) is not None
