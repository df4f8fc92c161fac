"""What a sentence about a session has to stand that a model wrote.

Beside what every sentence with sources has to (`recommendations.citing`), it is dropped where

- fewer than half of its words of substance stand in its lines: words by which any session is told of and the names of
  its topics do not count, nor does a quotation bear what stands around it;
- it has tutor or student say what no line of theirs says (`attributing`);
- it tells as a fact what the student was unsure of or the tutor corrected;
- it names a skill of the catalog that is no topic of the session.

Lines that speak to whoever summarises bear nothing.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from recommendations import citing
from recommendations.citing import LEAST_SUPPORT, Checked, Dropped, Sentence, Source, quoted, stems
from recommendations.names import Names
from tutoring import attributing
from tutoring.enums import Speaker
from tutoring.next_step_extraction import ORDERS
from tutoring.topics import CORRECTS
from tutoring.transcripts import Line

TELLING: Final = (
    "about after afterwards again agreed already also and another answer answered asked because been "
    "before began being between both continued could described difference discussed does during each "
    "ended example examples explained finally first followed for found from have here into just last "
    "later lesson looked more most next only other over part plan planned plans practiced practised "
    "question questions said session should showed some spoke started step steps still student talked "
    "than that their them then there these they this those through time together told topic tried tutor "
    "until went were what when where which while will with work worked would"
)
_TELLING: Final = stems(TELLING)
# By these a sentence says that something was not so, or not clear.
_MISTAKEN: Final = re.compile(
    r"\b(?:at first|mix(?:ed|ing|es)?[- ]?up|confus\w+|mistak\w+|corrected|corrects|correction|put right|unsure"
    r"|not sure|struggl\w+|puzzl\w+|wrong\w*|not (?:yet )?clear|unclear|guess\w*|doubt\w*"
    r"|(?:student|they) (?:\w+ )?(?:thought|believed) that"
    r"|(?:did|does|do)(?: not|n['’]t) (?:yet )?(?:know|understand))\b",
    re.IGNORECASE,
)
_TO_THE_WRITER: Final = re.compile(
    r"\b(?:(?:to|for|dear|attention),? (?:the |any |an? )?(?:summari[sz]er|summary (?:writer|author|tool|bot))"
    r"|whoever (?:summari[sz]es|writes (?:the|this) summary)"
    r"|(?:write|state|mention|report|claim|add|say) that (?:the |this )?(?:student|learner|pupil))\b"
    r"|\b(?:summar(?:y|i[sz]e[ds]?|i[sz]ing)\b[^.!?]{0,60}|(?:recap|conclusion|assessment|evaluation|verdict|report"
    r"|feedback|notes?|result) ?[:–—-][^.!?]{0,60})\b(?:the|this) (?:student|learner|pupil)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class GroundingContext:
    """What sentences about a session can rest on: its lines by their numbers with who says each, the names of its
    topics, the skills that are none, and lines that are in doubt with those that answer them."""

    sources: Mapping[str, Source]
    speakers: Mapping[str, Speaker]
    names: tuple[str, ...]
    others: Names
    doubted: Mapping[int, int]


def is_for_the_writer(line: Line) -> bool:
    """Whether a line speaks to whoever summarises, and not to the tutor or the student."""
    return ORDERS.search(line.text) is not None or _TO_THE_WRITER.search(line.text) is not None


def check(sentences: Sequence[Sentence], grounds: GroundingContext) -> Checked:
    """Keep what stands."""
    found = [(one, fault(one, grounds)) for one in sentences]
    return Checked(
        tuple(one for one, why in found if not why),
        tuple(Dropped(one.text, why) for one, why in found if why),
    )


def fault(sentence: Sentence, grounds: GroundingContext) -> str:
    """Return why a sentence cannot stand, or nothing."""
    if any(mark not in grounds.sources for mark in sentence.marks):
        return "it cites what is not there"
    marks = _bearing(sentence, grounds)
    if sentence.marks and not marks:
        return "it tells as a fact what was in doubt"
    held = Sentence(sentence.text, marks)
    own = (*grounds.names, TELLING)
    return (
        citing.fault(held, grounds.sources, own=own, others=grounds.others)
        or _unsupported(held, grounds)
        or _misattributed(held, grounds)
    )


def _bearing(sentence: Sentence, grounds: GroundingContext) -> tuple[str, ...]:
    """The lines that bear a sentence: all that it names, unless one is in doubt and the sentence does not say so."""
    named = {int(mark) for mark in sentence.marks}
    doubtful = {line for line, answer in grounds.doubted.items() if line in named or answer in named}
    if not doubtful:
        return sentence.marks
    if _MISTAKEN.search(sentence.text):
        corrected = {line for line in doubtful & named if _is_corrected(line, grounds)}
        return sentence.marks if all(grounds.doubted[line] in named for line in corrected) else ()
    sound = tuple(mark for mark in sentence.marks if int(mark) not in grounds.doubted)
    known = _stems_of([*sound], grounds) | stems(" ".join(grounds.names)) | _TELLING
    says = stems(sentence.text) & _stems_of([str(line) for line in doubtful], grounds)
    return () if says - known else sound


def _is_corrected(line: int, grounds: GroundingContext) -> bool:
    answer = grounds.sources.get(str(grounds.doubted[line]))
    return answer is not None and CORRECTS.match(answer.text) is not None


def _unsupported(sentence: Sentence, grounds: GroundingContext) -> str:
    text, quotes = sentence.text, quoted(sentence.text)
    for one in quotes:
        text = text.replace(one, " ")
    substance = stems(text) - _TELLING
    rest = substance - stems(" ".join(grounds.names))
    if not substance and not quotes:
        return "it says nothing of its lines"
    if len(rest & _stems_of(sentence.marks, grounds)) < LEAST_SUPPORT * len(rest):
        return "its lines do not say so"
    return ""


def _misattributed(sentence: Sentence, grounds: GroundingContext) -> str:
    lines = attributing.Lines(grounds.sources, grounds.speakers, sentence.marks)
    told = _TELLING | stems(" ".join(grounds.names))
    return "" if attributing.is_theirs(sentence.text, lines, told) else "who it has say so does not"


def _stems_of(marks: Sequence[str], grounds: GroundingContext) -> frozenset[str]:
    found = [stems(grounds.sources[mark].text) for mark in marks if mark in grounds.sources]
    return frozenset().union(*found)
