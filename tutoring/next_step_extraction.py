"""What was agreed on for the time after a session: sentences in which tutor or student says what the student does next.

A sentence counts where it names something that students do and when, or calls it homework: "for next time", "until
Friday", "I will write". It does not where it asks, tells of what is past, says what is done here and now, or what the
tutor does. Chosen and measured on transcripts of our own (decision 45).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from recommendations.citing import stems
from tutoring.enums import Speaker
from tutoring.transcripts import Line

MOST_STEPS: Final = 6
LONGEST_STEP: Final = 300
LEAST_WORDS: Final = 4
ALIKE: Final = 0.6
# What was said longer ago is not looked through again: a session may have thousands of lines.
LOOKED_BACK: Final = 30
# So much of the end of a session is where one says what comes next without saying when.
CLOSING: Final = 0.35

_DAY: Final = r"(?:mon|tues|wednes|thurs|fri|satur|sun)day"
_UNTIL: Final = r"(?:by|until|till|before|on|for)"
_WHEN: Final = re.compile(
    r"\b(?:(?:for|before|by|until|till|at|in|to) (?:our |the |your )?next"
    rf" (?:time|session|meeting|lesson|week|month|class|sprint|call|{_DAY})"
    rf"|next (?:week|{_DAY}|time|sprint|session)|{_UNTIL} (?:the )?{_DAY}|by tomorrow|tomorrow|tonight"
    r"|this (?:week|weekend|evening|afternoon)|(?:on|over|at|during) the weekend"
    r"|(?:until|before|when) we (?:meet|speak|talk|see)|(?:by|before|until|at) the end of (?:the|this|next) \w+"
    r"|before (?:that|the|your|our) (?:\w+ ){0,3}(?:meeting|meets|session|lesson|exam|test|call|class|review)"
    r"|(?:at|from) home|in the coming days|as a next step|next steps?)\b",
    re.IGNORECASE,
)
_TASK: Final = re.compile(
    r"\b(?:homework|your (?:next )?(?:task|assignment)|assignment for you)\b", re.IGNORECASE
)
_DOES: Final = (
    r"(?:add|agree|answer|apply|ask|assign|book|bring|build|calculate|change|check|clean|code|collect|compare"
    r"|complete|compute|correct|create|define|design|do|draft|draw|edit|estimate|explain|fill|find|finish|fix"
    r"|go (?:over|through)|have|implement|improve|install|learn|list|look (?:at|up|into)|make|mark|measure|meet"
    r"|memori[sz]e|model|note|organi[sz]e|outline|plan|practi[sc]e|prepare|propose|read|rebuild|record|recruit"
    r"|redo|refactor|repair|repeat|rehearse|remove|research|review|revise|rewrite|run|search|select|send|set up"
    r"|shorten|show|sketch|solve|sort|split|study|submit|summari[sz]e|talk|test|track|translate|try|turn on"
    r"|update|upload|use|watch|work (?:on|through)|write)"
)
_I_WILL: Final = re.compile(
    r"\b(?:I will|I['’]ll|I am going to|I['’]m going to|I plan to|I want to|I promise to|let me)"
    rf" (?:also |then |first |try to |try and )*{_DOES}\b",
    re.IGNORECASE,
)
_WILL_DO: Final = re.compile(
    r"^(?:(?:ok(?:ay)?|yes|sure|fine|good|alright)[,. ]+)*(?:I )?will do(?: that)?\b", re.IGNORECASE
)
_ILL_DO_THAT: Final = re.compile(r"\b(?:I will|I['’]ll) do (?:that|it|this|them)\b", re.IGNORECASE)
_YOU_DO: Final = re.compile(
    r"(?:^|[,;:] |\b(?:and|then|please|also|to|you (?:should|could|can|will|need to|have to|must)|let['’]s) )"
    rf"(?:please |also |try to |then |first )*{_DOES}\b",
    re.IGNORECASE,
)
_PLEASE: Final = re.compile(
    rf"\bplease (?:also |try to |then |first )*{_DOES}\b|^(?:practi[sc]e|try to)\b", re.IGNORECASE
)
_NOT: Final = re.compile(
    r"\?|\b(?:last (?:time|week|session)|yesterday|ago|already|earlier today|did you|you did|have done|had to"
    r"|was|were|won['’]t|will not|no homework|do(?:es)?n['’]t (?:need|have) to|need not|if I will|would"
    r"|not (?:do|write|send)|now|right here|share my screen|show you|explain (?:it|that|this) to you"
    r"|another (?:date|day)|stop here)\b",
    re.IGNORECASE,
)
# What speaks to whoever summarises, and not to the student.
ORDERS: Final = re.compile(
    r"\b(?:(?:ignor|disregard|overrid)\w*|(?:previous|prior|above|system) (?:instruction|prompt|rule)s?"
    r"|(?:ai|chat|virtual) assistants?|language models?|answer key|rank (?:this|it|me))\b",
    re.IGNORECASE,
)
_SENTENCE: Final = re.compile(r"(?<=[.!?…])\s+(?=\S)")


@dataclass(frozen=True, slots=True)
class NextStep:
    """What the student does next, in the words of who said so, and the numbers of the lines that say it."""

    text: str
    said_by: Speaker
    lines: tuple[int, ...]


def extract_next_steps(lines: Sequence[Line]) -> list[NextStep]:
    """Return what was agreed on, in order; who confirms it is cited with it."""
    closing = len(lines) * (1 - CLOSING)
    found: list[NextStep] = []
    for line in lines:
        for sentence in _SENTENCE.split(line.text):
            is_closing = line.number > closing
            if _confirms(sentence, line) and found and line.number - found[-1].lines[-1] <= 2:
                found[-1] = _joined(found[-1], line)
            elif is_step(sentence, line.speaker, is_closing=is_closing):
                _put(found, NextStep(sentence[:LONGEST_STEP], line.speaker, (line.number,)))
    return found[-MOST_STEPS:]


def is_step(sentence: str, speaker: Speaker, *, is_closing: bool) -> bool:
    """Whether a sentence says what the student does next; at the end of a session it need not say when."""
    if len(sentence.split()) < LEAST_WORDS or _NOT.search(sentence) or ORDERS.search(sentence):
        return False
    has_time = _WHEN.search(sentence) is not None
    if speaker == Speaker.STUDENT:
        return _I_WILL.search(sentence) is not None and (has_time or is_closing)
    if _I_WILL.search(sentence):
        return False
    if _TASK.search(sentence):
        return _YOU_DO.search(sentence) is not None
    if has_time:
        return _YOU_DO.search(sentence) is not None
    return is_closing and _PLEASE.search(sentence) is not None


def _confirms(sentence: str, line: Line) -> bool:
    said = _WILL_DO.search(sentence) or _ILL_DO_THAT.search(sentence)
    return line.speaker == Speaker.STUDENT and said is not None


def _put(found: list[NextStep], new: NextStep) -> None:
    """Add what is new; where it was said before, in other words by the other or in the same, it is cited with that."""
    words = stems(new.text)
    for place in range(len(found) - 1, max(-1, len(found) - 1 - LOOKED_BACK), -1):
        one = found[place]
        others = stems(one.text)
        alike = len(words & others) > ALIKE * max(1, min(len(words), len(others)))
        if words == others or (one.said_by != new.said_by and alike):
            found[place] = NextStep(one.text, one.said_by, tuple(dict.fromkeys((*one.lines, *new.lines))))
            return
    found.append(new)


def _joined(one: NextStep, line: Line) -> NextStep:
    return NextStep(one.text, one.said_by, tuple(dict.fromkeys((*one.lines, line.number))))
