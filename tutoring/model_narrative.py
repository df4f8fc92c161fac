"""Having a model tell of a session, in sentences of which those stand that lines bear."""

import re
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import structlog
from django.conf import settings

from microcred.ai.base import ProviderError
from recommendations.citing import Checked, Source
from recommendations.names import Names
from scoring.services import AccountedTextModel, GenerationRequest
from tutoring import context_selection, grounding, prompting
from tutoring import topics as finding
from tutoring.next_step_extraction import NextStep
from tutoring.prompting import UnreadableSummary
from tutoring.topics import Topic
from tutoring.transcripts import Line

log = structlog.get_logger(__name__)

LEAST_SENTENCES: Final = 2
TAKEN_OUT: Final = "[NAME]"


@dataclass(frozen=True, slots=True)
class SummaryModel:
    """The model that is asked, and what takes out of a line who somebody is before that leaves."""

    model: AccountedTextModel
    redacted: Callable[[str], str] = str


@dataclass(frozen=True, slots=True)
class Session:
    """What a model is to tell of: lines, topics with the names of their skills, and next steps; ``sources`` are the
    lines as they can be cited, and ``others`` the names of the skills that are no topic."""

    lines: Sequence[Line]
    topics: Sequence[tuple[Topic, str]]
    steps: Sequence[NextStep]
    sources: Mapping[str, Source]
    others: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Told:
    """What a model said and what of it stands, by which call, and how many lines it was not given."""

    checked: Checked
    call_id: uuid.UUID
    model: str
    left_out: int

    @property
    def said(self) -> int:
        """How many sentences it said."""
        return len(self.checked.kept) + self.dropped

    @property
    def dropped(self) -> int:
        """How many of them do not stand."""
        return len(self.checked.dropped)

    def is_enough(self, topics: Sequence[Topic]) -> bool:
        """Whether what stands makes a summary: some sentences, and of every topic one."""
        cited = {int(mark) for one in self.checked.kept for mark in one.marks}
        of_each = all(cited & set(topic.lines) for topic in topics)
        return of_each and len(self.checked.kept) >= LEAST_SENTENCES


def told(session: Session, teller: SummaryModel) -> Told | None:
    """Return what a model says of a session; None where it does not speak, or not so that it can be read."""
    doubted = finding.doubted(session.lines)
    fit = [line for line in session.lines if not grounding.is_for_the_writer(line)]
    topics = [topic for topic, _ in session.topics]
    given = context_selection.chosen(fit, topics, session.steps, doubted, most=context_selection.MOST_TOKENS)
    wording = _wording(session, given, doubted, teller)
    try:
        worded = teller.model.recall(wording) or teller.model.ask(wording)
        said = prompting.read(worded.content)
    except (ProviderError, UnreadableSummary) as error:
        log.warning("summarised_by_extract", error=type(error).__name__, reason=str(error))
        return None
    marks = {str(line.number) for line in given}
    grounds = grounding.GroundingContext(
        {mark: source for mark, source in session.sources.items() if mark in marks},
        {str(line.number): line.speaker for line in given},
        tuple(name for _, name in session.topics),
        Names(session.others),
        doubted,
    )
    left_out = len(session.lines) - len(given)
    return Told(grounding.check(said, grounds), worded.call_id, worded.model, left_out)


def without_names(redacted: Callable[[str], str], *names: str) -> Callable[[str], str]:
    """Return what takes out what ``redacted`` does, and those of these names too that are words beside (Grace, Mark)
    where somebody is called by one at the beginning of a sentence."""
    parts = {re.escape(part) for name in names for part in name.split() if len(part) > 1}
    if not parts:
        return redacted
    called = re.compile(rf"(^|[.!?:…]\s+)(?:{'|'.join(sorted(parts))})(?=\s*(?:[,.!?:;–—-]|$))")
    return lambda text: called.sub(rf"\1{TAKEN_OUT}", redacted(text))


def _wording(
    session: Session, given: Sequence[Line], doubted: Mapping[int, int], teller: SummaryModel
) -> GenerationRequest:
    sent = [replace(line, text=teller.redacted(line.text)) for line in given]
    return GenerationRequest(
        version=prompting.VERSION,
        sha256=prompting.SHA256,
        system=prompting.SYSTEM,
        user=prompting.user(sent, session.topics, session.steps, doubted, secret=settings.RECORD_HASH_KEY),
        schema_name=prompting.SCHEMA_NAME,
        schema=prompting.SCHEMA,
        max_tokens=prompting.MOST_TOKENS,
    )
