"""Summarising a session: what it was about, what was said that matters, and what comes next.

Topics are skills of the catalog that lines come near to. Sentences are a model's where there is one and lines bear
enough of them; else they quote lines. Of a session in which too little was said, or nothing about a skill, nothing is
made up, and no model is asked.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

import numpy as np

from catalog.skill_texts import SkillText
from microcred.ai.base import Embedder, Vectors
from microcred.ai.vector_validation import embed_validated
from recommendations.citing import Sentence, Source, fault
from recommendations.embedding_caches import QueryVectors
from tutoring import model_narrative, next_step_extraction, prompting, template_narrative
from tutoring import topics as finding
from tutoring.enums import Author, Outcome
from tutoring.model_narrative import SummaryModel, Told
from tutoring.next_step_extraction import NextStep
from tutoring.topics import Topic
from tutoring.transcripts import Line

LEAST_LINES: Final = 4
LEAST_WORDS: Final = 30
MOST_CANDIDATES: Final = 24

_skill_vectors: Final = QueryVectors()


@dataclass(frozen=True, slots=True)
class SummarizingContext:
    """What sessions are summarised with; without ``teller``, sentences quote."""

    embedder: Embedder
    skills: Sequence[SkillText]
    teller: SummaryModel | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """What came of a transcript, in the form in which it is kept; ``said`` are the sentences that a model said, and
    ``dropped`` those of them that no line bears."""

    outcome: Outcome
    author: Author = Author.EXTRACT
    narrative: tuple[dict[str, Any], ...] = ()
    topics: tuple[dict[str, Any], ...] = ()
    steps: tuple[dict[str, Any], ...] = ()
    lines: tuple[dict[str, Any], ...] = ()
    model: str = ""
    prompt_version: str = ""
    call_id: uuid.UUID | None = None
    lines_left_out: int = 0
    degraded: bool = False
    said: int = 0
    dropped: int = 0


@dataclass(frozen=True, slots=True)
class Found:
    """What was found in a transcript; ``vectors`` has a row for every skill's meaning."""

    lines: Sequence[Line]
    topics: Sequence[Topic]
    steps: Sequence[NextStep]
    skills: Sequence[SkillText]
    meanings: Vectors | None = None
    names: dict[int, str] = field(default_factory=dict)


def summarize(lines: Sequence[Line], means: SummarizingContext) -> Draft:
    """Return what comes of a transcript. Raises ProviderError: from the embedder."""
    if len(lines) < LEAST_LINES or sum(len(one.text.split()) for one in lines) < LEAST_WORDS:
        return Draft(Outcome.TOO_LITTLE)
    found = find(lines, means)
    told = _told(found, means)
    if told is not None and told.is_enough(found.topics):
        return _by_model(drafted(found, told.checked.kept, found.steps), told)
    draft = drafted(found, _extract(found, means), found.steps)
    return replace(
        draft,
        degraded=means.teller is not None and bool(found.topics),
        said=told.said if told else 0,
        dropped=told.dropped if told else 0,
    )


def find(lines: Sequence[Line], means: SummarizingContext) -> Found:
    """Return topics and next steps. Raises ProviderError: from the embedder."""
    steps = next_step_extraction.extract_next_steps(lines)
    if not means.skills:
        return Found(lines, (), steps, ())
    meanings = _skill_vectors.of([one.meaning for one in means.skills], means.embedder)
    vectors = embed_validated(means.embedder, finding.windows(lines))
    topics = finding.topics(lines, nearness(vectors, meanings, means).tolist())
    names = {one.skill: means.skills[one.skill].name for one in topics}
    return Found(lines, topics, steps, means.skills, meanings, names)


def nearness(vectors: Vectors, meanings: Vectors, means: SummarizingContext) -> Vectors:
    """Return how near texts come to skills: half by the meaning, half by the nearest credential that teaches it."""
    by_meaning = vectors @ meanings.T
    columns = [
        (vectors @ _skill_vectors.of(one.taught, means.embedder).T).max(axis=1)
        if one.taught
        else by_meaning[:, place]
        for place, one in enumerate(means.skills)
    ]
    combined: Vectors = (by_meaning + np.stack(columns, axis=1)) / 2
    return combined


def drafted(
    found: Found,
    sentences: Sequence[Sentence],
    steps: Sequence[NextStep],
) -> Draft:
    """Return what was found and written in the form in which it is kept."""
    cited = {int(mark) for one in sentences for mark in one.marks} | {n for one in steps for n in one.lines}
    topics = [
        {
            "skill": found.skills[one.skill].key,
            "name": found.names[one.skill],
            "share": round(one.share, 4),
            "lines": list(one.lines),
        }
        for one in found.topics
    ]
    return Draft(
        Outcome.SUMMARISED if topics else Outcome.NO_SKILL,
        Author.EXTRACT,
        tuple({"text": one.text, "lines": [int(mark) for mark in one.marks]} for one in sentences),
        tuple(topics),
        tuple(_step(number, one, found) for number, one in enumerate(steps, start=1)),
        tuple(
            {"number": one.number, "speaker": one.speaker.value, "text": one.text}
            for one in found.lines
            if one.number in cited
        ),
    )


def _step(number: int, one: NextStep, found: Found) -> dict[str, Any]:
    return {
        "number": number,
        "text": one.text,
        "said_by": one.said_by.value,
        "lines": list(one.lines),
        "skill": _skill_of(one, found),
    }


def _skill_of(step: NextStep, found: Found) -> str | None:
    """The skill that a step is about: that of its lines, or the only topic."""
    for topic in found.topics:
        if set(step.lines) & set(topic.lines):
            return found.skills[topic.skill].key
    return found.skills[found.topics[0].skill].key if len(found.topics) == 1 else None


def _extract(found: Found, means: SummarizingContext) -> list[Sentence]:
    told = template_narrative.Told(
        [(one, found.names[one.skill]) for one in found.topics], _points(found, means), found.steps
    )
    sources = sources_of(found)
    own = tuple(found.names.values())
    return template_narrative.narrative(told, stands=lambda said: not fault(said, sources, own=own))


def _told(found: Found, means: SummarizingContext) -> Told | None:
    if means.teller is None or not found.topics:
        return None
    others = tuple(one.name for place, one in enumerate(found.skills) if place not in found.names)
    named = [(topic, found.names[topic.skill]) for topic in found.topics]
    session = model_narrative.Session(found.lines, named, found.steps, sources_of(found), others)
    return model_narrative.told(session, means.teller)


def _by_model(draft: Draft, told: Told) -> Draft:
    return replace(
        draft,
        author=Author.MODEL,
        model=told.model,
        prompt_version=prompting.VERSION,
        call_id=told.call_id,
        lines_left_out=told.left_out,
        said=told.said,
        dropped=told.dropped,
    )


def sources_of(found: Found) -> dict[str, Source]:
    """Return the lines as sources, by their marks."""
    own: dict[int, list[str]] = {line.number: [] for line in found.lines}
    for topic in found.topics:
        for number in topic.lines:
            own[number].append(found.names[topic.skill])
    return {str(line.number): template_narrative.source_of(line, own[line.number]) for line in found.lines}


def _points(found: Found, means: SummarizingContext) -> list[tuple[Topic, Line]]:
    without = {number for one in found.steps for number in one.lines}
    quotable = [
        (topic, line)
        for topic in found.topics
        for line in finding.quotable(found.lines, topic, without=without)
    ]
    if found.meanings is None or not quotable:
        return []
    chosen = _spread(quotable)
    vectors = embed_validated(means.embedder, [line.text for _, line in chosen])
    return finding.points(
        [
            (topic, line, float(vector @ found.meanings[topic.skill]))
            for (topic, line), vector in zip(chosen, vectors, strict=True)
        ]
    )


def _spread(quotable: Sequence[tuple[Topic, Line]]) -> Sequence[tuple[Topic, Line]]:
    """Of very many, some from everywhere: it takes time to compare a line."""
    step = -(-len(quotable) // MOST_CANDIDATES)
    return quotable[::step]
