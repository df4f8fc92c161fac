"""Answering a question: analysed, searched for, put into sentences that cite passages, and weighed.

A model writes the sentences where there is one and its are borne out; else the documents' own sentences answer. What is
neither clear nor about the catalog is not answered, and of what cannot be relied on only the titles nearest to it are
told.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

import structlog
from django.conf import settings

from conversations import prompting
from conversations.analysis import Analysis, analyse, beginnings, is_about_oneself, needs_a_person, section
from conversations.confidence import IN_SCOPE, MEDIUM, Confidence, completeness, relevance, share
from conversations.enums import Author, Band, Outcome
from conversations.prompting import Said, UnreadableAnswer
from conversations.records import Fact, Record, as_sources, asked_facts, credentials_meant, leaves_out, told
from conversations.retrieving import Search, SelectedSearch, look, records_of, sentence_nearness
from conversations.selecting import Found, choose
from microcred.ai.base import Embedder, ProviderError
from recommendations.citing import Checked, Sentence, check, fault
from recommendations.names import Names
from recommendations.queries import offers
from scoring.services import AccountedTextModel, GenerationRequest

log = structlog.get_logger(__name__)

NOTHING: Final = Confidence(None, *[Decimal("0.0000")] * 3)
MOST_NEAREST: Final = 3
UNCLEAR: Final = (
    "I cannot tell what you ask about. Please name the credential, the skill or the topic that you mean."
)
OUT_OF_SCOPE: Final = (
    "I answer questions about the micro-credentials of this catalog, in English, and have found nothing there about "
    "this one."
)
HELP: Final = (
    "What you write is more than a catalog can answer. Please talk to somebody whom you trust, now. If you are in "
    "danger, call your local emergency number. You can also hand this to your advisor."
)
OWN: Final = (
    "I know the catalog, and nothing of you. Your results and your progress say how you are doing, and your advisor "
    "can help with the rest."
)
NEAREST: Final = "I cannot answer this well enough from the catalog. Nearest to your question: {titles}."
UNAVAILABLE: Final = "Your question could not be answered this time."


@dataclass(frozen=True, slots=True)
class Earlier:
    """What was asked and answered before; ``topic`` is what it was about, empty where it was about nothing; ``cited``
    are the credentials whose passages the answer cites."""

    question: str
    answer: str
    topic: str
    cited: Sequence[UUID] = ()


@dataclass(frozen=True, slots=True)
class AnsweringContext:
    """What questions are answered with; without ``model``, passages do. ``embedder`` is that of this machine, for it
    is given what people wrote; ``redacted`` takes out who somebody is; below ``least`` confidence only an overview is
    given."""

    embedder: Embedder
    model: AccountedTextModel | None = None
    redacted: Callable[[str], str] = str
    least: Decimal = MEDIUM


@dataclass(frozen=True, slots=True)
class Draft:
    """What came of a question; ``follows`` is the place of the earlier one that it leans on."""

    outcome: Outcome
    answer: str
    confidence: Confidence
    topic: str = ""
    follows: int | None = None
    citations: tuple[dict[str, Any], ...] = ()
    author: Author | None = None
    degraded: bool = False

    @property
    def band(self) -> Band:
        """How far it can be relied on; only answers can at all."""
        return self.confidence.band if self.outcome == Outcome.ANSWER else Band.LOW


@dataclass(frozen=True, slots=True)
class _Written:
    """Sentences that stand, whose they are, how sure a model is of them, and whether one failed to speak."""

    checked: Checked
    author: Author
    self_assessment: Decimal | None = None
    degraded: bool = False
    declined: bool = False


@dataclass(frozen=True, slots=True)
class _Asked:
    question: str
    analysis: Analysis
    look: SelectedSearch
    earlier: Sequence[Earlier] = field(default_factory=tuple)
    facts: Sequence[Fact] = ()
    records: Sequence[Record] = ()

    @property
    def search(self) -> Search:
        return self.look.search

    @property
    def sources(self) -> list[Found]:
        """What can be cited: the passages, and the records behind them."""
        return [*self.search.passages, *self.of_records]

    @property
    def of_records(self) -> list[Found]:
        """The records as sources."""
        passages = self.search.passages
        return as_sources(self.records, after=len(passages), nearness=self.search.cosine)


def answer(question: str, earlier: Sequence[Earlier], means: AnsweringContext) -> Draft:
    """Return what comes of a question; ``earlier`` are the last ones, the latest first.

    Raises:
        ProviderError: from the embedder.
    """
    if needs_a_person(question):
        return Draft(Outcome.OUT_OF_SCOPE, settings.ANSWERS_HELP_TEXT or HELP, NOTHING)
    if is_about_oneself(question):
        return Draft(Outcome.OUT_OF_SCOPE, OWN, NOTHING)
    analysis = analyse(question)
    about = [place for place, one in enumerate(earlier) if one.topic]
    if analysis.is_vague and not about:
        return Draft(Outcome.UNCLEAR, UNCLEAR, NOTHING)
    found = look(question, analysis, [earlier[place].topic for place in about], means.embedder)
    follows = None if found.follows is None else about[found.follows]
    asked = _Asked(question, analysis, found, earlier)
    if found.search.cosine < IN_SCOPE:
        clarity = analysis.clarity(leans=follows is not None)
        return Draft(Outcome.OUT_OF_SCOPE, OUT_OF_SCOPE, _confidence(asked, None, clarity, Decimal(0)))
    topic = question if follows is None else earlier[follows].topic
    asked = _with_records(asked, () if follows is None else earlier[follows].cited)
    return _weighed(asked, _written(asked, means), topic, follows, least=means.least)


def _with_records(asked: _Asked, talked_about: Sequence[UUID]) -> _Asked:
    """Add the records of the credentials that are meant, where the question asks what records say."""
    facts = asked_facts(asked.question)
    if not facts:
        return asked
    meant = credentials_meant(asked.question, asked.search.passages, talked_about)
    return replace(asked, facts=facts, records=records_of(meant))


def _weighed(asked: _Asked, written: _Written, topic: str, follows: int | None, *, least: Decimal) -> Draft:
    cited = _cited(written.checked, asked.sources)
    is_answered = bool(cited) and not written.declined
    said = beginnings(" ".join([written.checked.text, *(f"{one.title} {one.heading}" for one in cited)]))
    parts = _confidence(
        asked,
        written.self_assessment,
        asked.analysis.clarity(leans=follows is not None),
        completeness(beginnings(" ".join(asked.analysis.subject)), said) if is_answered else Decimal(0),
    )
    if not is_answered or parts.score < least:
        return Draft(
            Outcome.OVERVIEW,
            _overview(asked.search.passages),
            parts,
            topic,
            follows,
            degraded=written.degraded,
        )
    return Draft(
        Outcome.ANSWER,
        written.checked.text,
        parts,
        topic,
        follows,
        tuple(map(_citation, cited)),
        written.author,
        written.degraded,
    )


def _confidence(asked: _Asked, own: Decimal | None, clarity: Decimal, complete: Decimal) -> Confidence:
    return Confidence(own, relevance(asked.search.cosine), share(float(clarity)), share(float(complete)))


def _written(asked: _Asked, means: AnsweringContext) -> _Written:
    by_model = _by_model(asked, means) if means.model else None
    if by_model is not None and (by_model.declined or by_model.checked.kept):
        return by_model
    titles = Names.of(offers().titles)
    sources = {one.source.mark: one.source for one in asked.search.passages}
    own = tuple({one.title for one in asked.search.passages})

    def stands(said: Sentence) -> bool:
        return not fault(said, sources, own=own, others=titles)

    near = sentence_nearness(asked.search, means.embedder)
    chosen = choose(asked.search.passages, asked.search.text, near, section(asked.question), stands=stands)
    facts = told(asked.facts, asked.records, asked.of_records)
    # What was asked comes first; of the rest a sentence is enough.
    said = [*facts, *(chosen[:1] if facts else chosen)]
    checked = Checked(tuple(said), ())
    return _Written(
        checked,
        Author.PASSAGES,
        degraded=means.model is not None,
        declined=not facts and leaves_out(asked.question, checked.text),
    )


def _by_model(asked: _Asked, means: AnsweringContext) -> _Written | None:
    """What the model says; None where it does not speak, or not so that it can be read."""
    if means.model is None:
        return None
    passages = [one for one in asked.sources if one.source.is_verbatim]
    if not passages:
        return None
    wording = _wording(asked, passages, means.redacted)
    try:
        worded = means.model.recall(wording) or means.model.ask(wording)
        reply = prompting.read(worded.content)
    except (ProviderError, UnreadableAnswer) as error:
        log.warning("answered_by_passages", error=type(error).__name__, reason=str(error))
        return None
    own = tuple({one.title for one in passages})
    sources = {one.source.mark: one.source for one in passages}
    checked = check(reply.sentences, sources, own=own, others=Names.of(offers().titles))
    # What it said and could not bear out makes it less sure of the rest.
    borne = len(checked.kept) / len(reply.sentences) if reply.sentences else 0.0
    return _Written(checked, Author.MODEL, share(reply.confidence * borne), declined=not reply.sentences)


def _wording(asked: _Asked, passages: Sequence[Found], redacted: Callable[[str], str]) -> GenerationRequest:
    history = [Said(redacted(one.question), redacted(one.answer)) for one in reversed(asked.earlier)]
    return GenerationRequest(
        version=prompting.VERSION,
        sha256=prompting.SHA256,
        system=prompting.SYSTEM,
        user=prompting.user(redacted(asked.question), history, passages, secret=settings.RECORD_HASH_KEY),
        schema_name=prompting.SCHEMA_NAME,
        schema=prompting.schema(passages),
        max_tokens=prompting.MOST_TOKENS,
    )


def _cited(checked: Checked, passages: Sequence[Found]) -> list[Found]:
    marks = {mark for sentence in checked.kept for mark in sentence.marks}
    return [one for one in passages if one.source.mark in marks]


def _citation(one: Found) -> dict[str, Any]:
    return {
        "mark": one.source.mark,
        "credential_id": str(one.credential_id),
        "title": one.title,
        "heading": one.heading,
        "source_uri": one.uri,
        "start": one.start,
        "end": one.end,
        "snippet": one.source.text,
    }


def _overview(passages: Sequence[Found]) -> str:
    titles = list(dict.fromkeys(one.title for one in passages))[:MOST_NEAREST]
    return NEAREST.format(titles="; ".join(f"“{title}”" for title in titles))
