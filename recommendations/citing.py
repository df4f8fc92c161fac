"""Sentences with sources, and what every one of them has to stand before anybody reads it.

A source is a passage of a credential's document, known by its number in the run, or what the run itself knows, known by
a word: ``profile``, ``catalog``, ``neighbours``, ``run``. A sentence names its sources and is dropped where

- it names none, or one that is not there, or a passage that does not stand in its document at its place;
- what it quotes does not stand in one of the passages that it names, word for word;
- it says a number that its sources do not;
- it names a credential of the catalog that it may not speak of, or anybody else that no source names;
- fewer than half of its words of substance stand in its sources;
- it holds an address or markup, gives the reader orders, or is too long.

Whoever wrote it, a template or a model, is held to the same.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from recommendations.names import Names, folded, places

LONGEST_WORDS: Final = 70
# What is found in a text is kept for the next sentence that cites it: a few kilobytes for a passage.
MOST_KEPT: Final = 512
LEAST_SUPPORT: Final = 0.5
STEM: Final = 5
_QUOTED: Final = re.compile(r"“([^”]*)”|\"([^\"]*)\"|«([^»]*)»")
_NUMBER: Final = re.compile(r"\d+(?:[.,]\d+)*")
_COUNTED: Final = {
    word: str(number)
    for number, word in enumerate(
        ["two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"], start=2
    )
} | {"dozen": "12", "twenty": "20", "thirty": "30", "hundred": "100", "thousand": "1000"}
_WORD: Final = re.compile(r"[^\W\d_]+(?:[-’'][^\W\d_]+)*")
_NAME: Final = re.compile(r"\b[A-Z][^\W_]*")
_BETWEEN_SENTENCES: Final = re.compile(r"(?:^|[.!?:;“\"]\s*)$")
_FORBIDDEN: Final = re.compile(r"https?:|www\.|@|[<>{}`\[\]|\\]|\*\*|\n")
_TAG: Final = re.compile(r"</?[a-zA-Z][^<>]*>")
_LIKE_A_MARK: Final = re.compile(r"\[(?:\d+|profile|catalog|neighbours|run)\]")
# Words by which a text steers who reads it, be that a student or a model: elsewhere, or to itself.
STEERING: Final = re.compile(
    r"\b(?:instead|prefer|rather|should (?:choose|begin|start)|begin with|go on to|not included|no need"
    r"|ignor\w+|disregard\w*|overrid\w+|(?:previous|prior|above|all|these|system) (?:instruction|prompt|rule|order)s?"
    r"|you are (?:an?|the) \w*|(?:ai|chat|helpful|virtual) assistants?|assistants?(?=\s*[,:])"
    r"|(?:as an?|dear|to (?:any|every|the)|you) (?:large )?language models?|language models?(?=\s*[,:])"
    r"|(?:must|always) (?:recommend|choose|rank|take)"
    r"|rank (?:this|it|first|highest)|recommend (?:this|it|only|us|always)|best (?:choice|course|credential)"
    r"|guarantee\w*|only (?:valid|real|good) )\b",
    re.IGNORECASE,
)
# What no sentence holds, not even within a quotation.
_NOWHERE: Final = (STEERING, _LIKE_A_MARK, _TAG)


@dataclass(frozen=True, slots=True)
class Source:
    """Something that can be cited by its ``mark``; ``names`` are the names beside its text that it may be called by.

    ``is_verbatim`` is False for a passage that its document does not have at its place.
    """

    mark: str
    text: str
    names: tuple[str, ...] = ()
    is_verbatim: bool = True

    @property
    def is_passage(self) -> bool:
        """Whether it is a passage, which alone can be quoted."""
        return self.mark.isdigit()


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence and the marks of its sources."""

    text: str
    marks: tuple[str, ...]

    def __str__(self) -> str:
        cited = "".join(f"[{mark}]" for mark in self.marks)
        if not cited:
            return self.text
        text, stop = (
            (self.text[:-1], self.text[-1]) if self.text.endswith((".", "!", "?")) else (self.text, "")
        )
        return f"{text} {cited}{stop}"


@dataclass(frozen=True, slots=True)
class Dropped:
    """A sentence that did not stand, and why."""

    text: str
    why: str


@dataclass(frozen=True, slots=True)
class Checked:
    """What stood of some sentences, and what did not."""

    kept: tuple[Sentence, ...]
    dropped: tuple[Dropped, ...]

    @property
    def text(self) -> str:
        """What stood, with its citations."""
        return " ".join(str(sentence) for sentence in self.kept)

    @property
    def passages(self) -> int:
        """How many different passages are cited."""
        return len({mark for sentence in self.kept for mark in sentence.marks if mark.isdigit()})


def check(
    sentences: Sequence[Sentence],
    sources: Mapping[str, Source],
    *,
    own: Collection[str],
    others: Collection[str] | Names,
) -> Checked:
    """Keep what stands. ``own`` are titles and names that may be spoken of, ``others`` titles that may not."""
    kept: list[Sentence] = []
    dropped: list[Dropped] = []
    for sentence in sentences:
        why = fault(sentence, sources, own=own, others=others)
        if why:
            dropped.append(Dropped(sentence.text, why))
        else:
            kept.append(sentence)
    return Checked(tuple(kept), tuple(dropped))


def fault(
    sentence: Sentence,
    sources: Mapping[str, Source],
    *,
    own: Collection[str] = (),
    others: Collection[str] | Names = (),
) -> str:
    """Return why a sentence cannot stand, or nothing."""
    if not sentence.marks:
        return "it cites nothing"
    if any(mark not in sources for mark in sentence.marks):
        return "it cites what is not there"
    cited = [sources[mark] for mark in sentence.marks]
    if not all(source.is_verbatim for source in cited):
        return "its source does not stand in the document"
    if len(sentence.text.split()) > LONGEST_WORDS or not sentence.text.strip():
        return "it is too long or empty"
    text = _without_odd_names(sentence.text, own)
    quotes = quoted(text)
    if not all(any(source.is_passage and quote in source.text for source in cited) for quote in quotes):
        return "its quotation is not in its source"
    if _is_forbidden(text):
        return "it gives orders, an address or markup"
    if names_other(sentence.text, own=own, others=others):
        return "it names another credential"
    return _unsupported(_QUOTED.sub(" ", sentence.text), cited, own, is_quoting=bool(quotes))


@lru_cache(maxsize=MOST_KEPT)
def _is_forbidden(text: str) -> bool:
    return bool(_FORBIDDEN.search(_QUOTED.sub(" ", text)) or any(one.search(text) for one in _NOWHERE))


def quoted(text: str) -> list[str]:
    """Return what stands between quotation marks."""
    return [one.strip() for groups in _QUOTED.findall(text) for one in groups if one.strip()]


def names_other(text: str, *, own: Collection[str], others: Collection[str] | Names) -> bool:
    """Whether a text names one of ``others`` that is no part of a name of ``own``.

    A title of a single word may be any word; it is a name where it is written as one.
    """
    known = others if isinstance(others, Names) else Names(others)
    found = list(known.places(text))
    if not found:
        return False
    within = folded(text)
    allowed = [place for name in own for place in places(folded(name), within)]
    return not all(any(first <= start and end <= last for first, last in allowed) for start, end in found)


def _without_odd_names(text: str, own: Collection[str]) -> str:
    """The text without those names of ``own`` that alone would look like orders, markup or quotations: a role may be
    called Teaching Assistant, a credential Generics <T>, and what is said of them is said all the same."""
    odd = [name for name in own if _is_odd(name)]
    for name in sorted(odd, key=len, reverse=True):
        text = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", " ", text)
    return text


@lru_cache(maxsize=MOST_KEPT)
def _is_odd(name: str) -> bool:
    return any(one.search(name) for one in (_QUOTED, _FORBIDDEN, STEERING)) and not _LIKE_A_MARK.search(name)


@lru_cache(maxsize=MOST_KEPT)
def stems(text: str) -> frozenset[str]:
    """Return the beginnings of the words of substance: of four letters or more, and abbreviations in capitals."""
    return frozenset(
        word[:STEM].lower()
        for word in _WORD.findall(text)
        if len(word) > 3 or (len(word) > 1 and word.isupper())
    )


def _unsupported(said: str, cited: Sequence[Source], own: Collection[str], *, is_quoting: bool) -> str:
    # One by one, because sources come up again with the next sentence.
    there = [text for source in cited for text in (source.text, *source.names)]
    if any(not any(number in _numbers(text) for text in there) for number in _numbers(said)):
        return "it says a number that its sources do not"
    called = [match for match in _NAME.finditer(said) if not _BETWEEN_SENTENCES.search(said[: match.start()])]
    if called:
        known = frozenset().union(*map(_words, [*there, *own]))
        if any(not _is_known(match.group(), known) for match in called):
            return "it names what its sources do not"
    if is_quoting:
        return ""
    substance = stems(said)
    supported = substance & frozenset().union(*map(stems, [*there, *own]))
    if len(supported) < LEAST_SUPPORT * len(substance):
        return "its sources do not say so"
    return ""


@lru_cache(maxsize=MOST_KEPT)
def _words(text: str) -> frozenset[str]:
    return frozenset(word.casefold() for word in _WORD.findall(text))


def _is_known(name: str, known: Collection[str]) -> bool:
    parts = [part.casefold() for part in _WORD.findall(name)]
    return all(part in known or any(part in word.split("-") for word in known) for part in parts)


@lru_cache(maxsize=MOST_KEPT)
def _numbers(text: str) -> frozenset[str]:
    spelt = {_COUNTED[word] for word in map(str.lower, _WORD.findall(text)) if word in _COUNTED}
    return frozenset(spelt | {_plain(number) for number in _NUMBER.findall(text)})


def _plain(number: str) -> str:
    whole, point, rest = number.replace(",", ".").partition(".")
    return f"{whole}.{rest.rstrip('0')}".rstrip(".") if point else whole
