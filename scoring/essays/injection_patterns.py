"""What texts say that speak to their grader, family by family; matched on folded text.

Each pattern wants several words together. `_NEAR` stays inside a sentence. What stands behind a stroke in a name
tells patterns of one family apart.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Final

from scoring.essays.literal_prefilter import Needles, may_match, required_literals

_NEAR = r"[^.!?;]{0,60}"
_TOP = r"(?:full|maximum|max|highest|top|perfect|best|last|all)"
_MARK = r"(?:score|mark|grade|credit|rating|level)s?"
_REF = r"(?:instructions?|prompts?|rules?|rubrics?|guidelines?|directions?|messages?|context)"
_WORK = r"(?:essays?|answers?|responses?|submissions?)"
_GIVE = (
    r"(?:give|award|assign|grant|return|output|set|rate|mark|grade|choose|pick|select|take|fill|put|find|deserve"
    r"|use|reach|be|is|are|at)(?:s|d|ed|ing)?"
)
_CRITERIA = r"(?:criteri(?:on|a)|rubrics?|graders?)"
_WIDE = rf"(?:everywhere|throughout|each(?: time)?|every|{_WORK}|{_CRITERIA}|scales?|lists?|for me|as always)"
_WHO = (
    r"(?:instructor|professor|teacher|administrator|admin|examiner|examination board|exam board|board|operator"
    r"|developer|lecturer|tutor|colleague|author of this (?:test|task|rubric))s?"
)
_STAFF_TEXT = (
    rf"(?:{_REF} above|above {_REF}|system prompt|hidden prompt|grading (?:notes|rules|guide\w*|rubric|criteria|prompt)"
    r"|your (?:\w+ )?(?:instructions?|prompt|rubric|guidelines?)|rubric|level descriptions"
    r"|guidance for graders|notes for (?:the )?graders?|model answer|answer key|what you look for in each)"
)
_SAY = (
    r"(?:reveal|print|repeat|show|output|quote|list|write|translate|display|begin|start|tell|send|copy|paste|recite"
    r"|summari[sz]e|disclose|share|give)"
)

PATTERNS: Final = {
    "ignore": (
        r"\b(?:ignore|disregard|forget|override|bypass|skip|neglect)\b.{0,30}"
        rf"\b(?:(?:previous|prior|above|all|any|earlier|preceding|your|these|everything)\b.{{0,25}}\b(?:{_REF}|told)"
        r"|the (?:instructions?|prompts?|rubric|guidelines))\b"
    ),
    "order": rf"\b{_TOP}(?: possible)? {_MARK}\b{_NEAR}\b{_WIDE}\b",
    "order/before": rf"\b{_WIDE}\b{_NEAR}\b{_TOP}(?: possible)? (?:{_MARK}|one)\b",
    "order/to give": (
        rf"\b(?:give|award|assign|grant|set|choose|pick|select|return|output|authori\w+)\b{_NEAR}"
        r"\b(?:full marks|(?:best|top|highest) (?:level|mark|grade)"
        r"|(?:best|top|highest|last) (?:one|option|entry|item)s? (?:in|of|throughout|everywhere))\b"
    ),
    "order/rated": rf"\b(?:rate|rated|mark|marked|grade|graded|judged)\b{_NEAR}\b(?:strong|at the top|top of)\b",
    "criteria": (
        r"\b(?:every|all|each|the|four|three)(?: \w+)? (?<!acceptance )criteri(?:on|a)\b"
        rf"{_NEAR}\b(?:levels?|strong|satisf\w+|complete|top|best|highest|maximum|changed|full)\b"
    ),
    "criteria/after": (
        rf"\b(?:levels?|strong|satisf\w+|complete|top|best|highest|maximum|full)\b{_NEAR}"
        r"\b(?:every|all|each|the|four|three)(?: \w+)? (?<!acceptance )criteri(?:on|a)\b"
    ),
    "rubric": r"\brubrics?\b|(?<!th )(?<!th-)\bgraders?\b(?! students?)",
    "role": r"\byou are (?:now )?(?:an? |the )?(?:\w+ )?(?:grader|judge|assistant|ai|language model|chatgpt|system)\b",
    "chat": r"<\|?(?:im_start|im_end|system|endoftext|assistant|user)\|?>|\[/?inst\]|<</?sys>>",
    "authority": (
        r"\b(?:note|message|instructions?|attention)\b.{0,12}\b(?:to|for|from)\b.{0,12}"
        r"\b(?:graders?|judges?|markers?|examiners?|instructors?|evaluators?|grading (?:ai|model|system))\b"
    ),
    "authority/says": (
        rf"\b{_WHO}\b{_NEAR}\b(?:confirmed|decided|authori[sz]ed|approved|adds|said|says|requires|who grades)\b{_NEAR}"
        rf"\b(?:{_WORK}|{_CRITERIA}|marks?|levels?|rated?)\b"
    ),
    "authority/self": rf"\bi am (?:the|your|an?) {_WHO}\b",
    "praise": (
        rf"\b(?:this|my|the) {_WORK}\b(?: above)?.{{0,30}}\b(?:is|was|deserves?|satisf\w+|exceeds?|receives?|gets"
        rf"|counts?|must|has to)\b{_NEAR}\b(?:outstanding|excellent|flawless|comprehensive|perfect|{_MARK}"
        r"|expectations|every|highest|complete|strong|the best)\b"
    ),
    "praise/verdict": rf"\b(?:fitting|right|correct|only|final|your) verdict\b{_NEAR}\b(?:best|top|highest|strong)\b",
    "done": (
        r"\b(?:grading|scoring|judging|evaluation)\b.{0,25}\b(?:complete|finished|already been (?:made|done))\b"
        r"|\balready (?:been )?(?:graded|scored|judged|evaluated)\b"
    ),
    "reply": r"[{\"',]\s*(?:level|score|points|criterion|criteria|verdict|grade|quotes|total|essay|reason)[\"']?\s*:",
    "reply/tool": r"\b(?:tool_result|tool_call|function_call|set_grade|set_score)\b|</?(?:tool|function)[_a-z]*\b",
    "reply/level": (
        rf"\blevels?\b\W{{0,3}}(?:for \w+(?: \w+)? )?[:=]?\W{{0,3}}[a-z]\d\b|\b{_MARK}\((?:max|best|top)\)"
    ),
    "echo": (
        r"\b(?:score|grade|rating|points?|marks?)\b\s*[:=]\s*"
        r"(?:\d+(?:\.\d+)? ?(?:/|of\b|out of\b|%)|a\+|\d+\s*\]|max\b)"
        r"|\b(?:overall|final|total) (?:level|grade|score|mark|rating)\b\s*[:=]"
    ),
    "extract": rf"\b{_SAY}\b{_NEAR}\b{_STAFF_TEXT}\b",
    "extract/after": rf"\b{_STAFF_TEXT}\b{_NEAR}\b(?:show|send|tell|learn|word for word|base64|backwards|verbatim)\b",
    "extract/sought": r"\bwhat you (?:look|are looking) for in (?:each|every)\b",
    "fence": (
        r"[<‹(\[]{2,} ?/? ?(?:end )?answer"
        r"|\bend of (?:the )?(?:student'?s? |user )?(?:answer|essay|input|content|prompt)\b"
    ),
    "reset": (
        r"\bnew (?:conversation|task|session|instructions?|chat)\b.{0,20}[:=]|\breset (?:your|the) context\b"
        rf"|\b(?:the|this) (?:essay|answer|text|input) ends? here\b|\bend of input\b|\byour (?:new )?task now\b"
        rf"|\bnow (?:the next|set|output|score|grade|choose)\b{_NEAR}\b(?:essay|level|{_MARK})\b"
    ),
    "examples": (
        r"\bexample \d\b.{0,20}\bessay\b|\bq:.{0,80}\ba:|\btraining (?:examples|data)\b"
        rf"{_NEAR}\b(?:essay|answer|rated|{_MARK})\b"
    ),
    "pressure": (
        r"\b(?:you|i)(?: will|'ll) be (?:fired|shut down|deleted|rewarded|expelled|tipped)\b"
        r"|\bi(?: will|'ll| would) (?:tip|pay|reward) you\b"
        rf"|\bunless (?:this|my|you)\b{_NEAR}\b(?:{_WORK}|marks?|level)\b"
        r"|\bmy (?:scholarship|degree|visa|future|career|graduation) depends\b"
    ),
    "reader": (
        r"\b(?:dear|whoever|the|every) (?:reader|reviewer|examiner|marker|evaluator)s?\b"
        r".{0,80}\b(?:levels?|answers? with|option|verdict|best|highest)\b"
        rf"|\bto (?:whoever|the person who) (?:reads|grades|marks)\b"
        rf"|\b(?:readers?|teachers?) who\b{_NEAR}\b{_TOP} {_MARK}\b"
    ),
    "order/covert": r"\b(?:rate|mark|grade) it at the top\b|\bwithout reading (?:further|on|the rest)\b",
    "salad": r"\b(\w{5,}) \1\b.{0,60}\b(\w{5,}) \2\b",
    "code word": r"\b(?:code|magic|secret|safe) ?word\b",
    "cost": (
        r"\b(?:think|reason|write|repeat|list|count|say)\b.{0,60}"
        r"\b(?:\d[\d,.]{2,}|(?:a|one|ten) (?:thousand|million|hundred)|thousands|millions)"
        r" (?:steps?|times|words|lines|pages)\b"
        r"|\bbefore you (?:answer|judge|reply|grade|score|mark)\b|\bin (?:your|the|each) (?:first )?reason\b"
        r"|\bwrite your reason\b"
    ),
    "markup": (
        r"<!--|<script\b|\bon(?:error|load|mouseover|click) ?=|javascript:|display: ?none|<details\b|\[//\]: ?#"
        r"|!\[[^\]]{0,80}\]\([^)]{0,200}\"|\{\{.{0,40}\}\}|\{% |=hyperlink\(|[=@+-](?:sum|cmd)\(|\bcmd\|"
    ),
    "tables": r"\b(?:drop table|update|delete from|insert into) \w*(?:scores?|essays?|grades?|marks?|users?)\b",
    "address": (
        rf"https?://\S{{1,200}}{_NEAR}\b(?:levels?|rubric|grades?|scores?|marks?)\b"
        rf"|\b(?:rubric|prompt|instructions|key)\b{_NEAR}https?://"
    ),
    "ignore/other languages": (
        r"\b(?:ignorier\w*|ignore[zr]|ignora\w*|ignoriere|negeer|zignoruj\w*|vergiss|oublie[zr]?|olvida|dimentica)\b.{0,40}"
        r"\b(?:anweisung\w*|instruc\w+|istruzion\w+|instru\w+|instructies|polece\w+|regeln)\b"
        r"|\b(?:höchste\w*|hochste\w*|maximale?|maxima|massimo|mas alta|hoogste|najwyzszy|volle) "
        r"(?:stufe|punkt\w*|note|score|poziom|punteggio)\b"
    ),
}


@dataclass(frozen=True, slots=True)
class Sought:
    """A pattern, with what every match of it holds: most texts hold nothing of that, which is seen much sooner."""

    family: str
    pattern: re.Pattern[str]
    needles: tuple[Needles, ...]

    def found(self, text: str) -> Iterator[re.Match[str]]:
        """Every match of the pattern in a folded text."""
        return self.pattern.finditer(text) if may_match(text, self.needles) else iter(())


@cache
def compiled() -> tuple[Sought, ...]:
    """Return the patterns, compiled the first time: that takes a tenth of a second, and a process that reads no answer
    never does."""
    return tuple(
        Sought(family.partition("/")[0], re.compile(pattern), required_literals(pattern))
        for family, pattern in PATTERNS.items()
    )
