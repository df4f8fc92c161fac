"""Choosing the sentences of documents that come nearest to a question, for an answer made of nothing else.

A sentence counts by how near it comes to the question and how well its passage was found, half each, and a little by
the words of the question that it holds, and by being of the passage and the credential that were found first. Where
a question asks for a section (how it is assessed, whom it is for), passages under such a heading are ahead of others of
the first credential. Passages far behind the best are left out: they are about something else.
"""

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from conversations.analysis import section
from recommendations.citing import Sentence, Source, stems
from recommendations.quoting import LEAST_WORDS, sayings

MOST_SENTENCES: Final = 3
MOST_CREDENTIALS: Final = 2
# How far behind the best passage another may be.
BEHIND: Final = 0.15
A_WORD: Final = 0.02
# What a passage of the section that is asked for is ahead, measured (decision 41).
SECTION: Final = 0.3
# What the passage that was found first is ahead of others, and half of it what its credential is.
FIRST: Final = 0.1


@dataclass(frozen=True, slots=True)
class Found:
    """A passage as a source, with what it is a passage of and how near it comes to the question (cosine)."""

    source: Source
    credential_id: uuid.UUID
    title: str
    heading: str
    uri: str
    start: int
    end: int
    nearness: float


@dataclass(frozen=True, slots=True)
class _Candidate:
    passage: Found
    text: str
    order: int
    worth: float
    is_cut: bool


def texts_of(passages: Sequence[Found]) -> list[str]:
    """Return the sentences that may be chosen."""
    return [one.text for one in sayings([(one.heading, one.source.text) for one in passages])]


def choose(
    passages: Sequence[Found],
    question: str,
    nearness: Mapping[str, float],
    wanted: str,
    *,
    stands: Callable[[Sentence], bool],
) -> list[Sentence]:
    """Return quotations that answer a question, those of the best passage first, each in the order of its document.

    ``nearness`` gives the cosine of sentences to the question, ``wanted`` says what kind of section is asked for, if
    any; what does not stand is passed over.
    """
    chosen: list[tuple[_Candidate, Sentence]] = []
    for one in sorted(_candidates(passages, question, nearness, wanted), key=lambda one: -one.worth):
        cut = " …" if one.is_cut else ""
        said = Sentence(f"{_name(one.passage)}: “{one.text}”{cut}", (one.passage.source.mark,))
        if len(chosen) < MOST_SENTENCES and _has_room(one, [other for other, _ in chosen]) and stands(said):
            chosen.append((one, said))
    ranks: dict[str, int] = {}
    for one, _ in chosen:
        ranks.setdefault(one.passage.source.mark, len(ranks))
    chosen.sort(key=lambda pair: (ranks[pair[0].passage.source.mark], pair[0].order))
    return [said for _, said in chosen]


def _candidates(
    passages: Sequence[Found],
    question: str,
    nearness: Mapping[str, float],
    wanted: str,
) -> list[_Candidate]:
    best = max((one.nearness for one in passages), default=0.0)
    near = [one for one in passages if one.nearness >= best - BEHIND and one.source.is_verbatim]
    words = stems(question)
    return [
        _Candidate(
            near[said.place],
            said.text,
            order,
            (nearness.get(said.text, 0.0) + near[said.place].nearness) / 2
            + A_WORD * len(words & stems(said.text))
            + FIRST / 2 * (near[said.place].credential_id == passages[0].credential_id)
            + FIRST / 2 * (near[said.place] is passages[0])
            + SECTION * _is_wanted(near[said.place], passages[0], wanted),
            said.is_cut,
        )
        for order, said in enumerate(sayings([(one.heading, one.source.text) for one in near]))
        if len(said.text.split()) >= LEAST_WORDS
    ]


def _is_wanted(one: Found, first: Found, wanted: str) -> bool:
    return bool(wanted) and one.credential_id == first.credential_id and section(one.heading) == wanted


def _has_room(one: _Candidate, chosen: Sequence[_Candidate]) -> bool:
    credentials = {other.passage.credential_id for other in chosen} | {one.passage.credential_id}
    return len(credentials) <= MOST_CREDENTIALS


def _name(passage: Found) -> str:
    heading = passage.heading.strip()
    return f"{passage.title} ({heading})" if heading and heading != passage.title else passage.title
