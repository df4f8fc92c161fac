"""Sessions with tutors and their summaries, ready for the pages."""

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from accounts.models import User
from companion.cited import Piece
from tutoring import queries as tutoring
from tutoring.enums import Author, Failure, Outcome, Speaker, Standing, SummaryStatus, VersionKind

SHOWN: Final = 5
FAILURES: Final[Mapping[str, str]] = {
    Failure.UNREACHABLE: "The transcript could not be fetched.",
    Failure.REFUSED: "The transcript’s address was refused.",
    Failure.TOO_LARGE: "The transcript is too large.",
    Failure.UNREADABLE: "The transcript could not be read.",
    Failure.UNAVAILABLE: "The summary could not be made this time.",
}
OUTCOMES: Final[Mapping[str, str]] = {
    Outcome.TOO_LITTLE: "Too little was said to summarise.",
    Outcome.NO_SKILL: "Nothing was recognised as being about a skill of the catalog.",
}
AUTHORS: Final[Mapping[str, str]] = {
    Author.EXTRACT: "in the session’s own words",
    Author.MODEL: "by a language model, from the session’s lines",
    Author.PERSON: "by an advisor",
}
BESIDE_A_PERSON: Final = "by a language model, and corrected by an advisor"
SPEAKERS: Final[Mapping[str, str]] = {
    Speaker.TUTOR: "Tutor",
    Speaker.STUDENT: "Student",
    Speaker.OTHER: "Unknown",
    "advisor": "Advisor",
}


@dataclass(frozen=True, slots=True)
class SessionRow:
    """A session in a list; ``state`` is how its summary stands, and the badge for that."""

    pk: uuid.UUID
    student: str
    tutor: str
    subject: str
    ended_at: dt.datetime
    topics: tuple[str, ...]
    state: tuple[str, str]


@dataclass(frozen=True, slots=True)
class Said:
    """A line of a session."""

    number: int
    speaker: str
    text: str


@dataclass(frozen=True, slots=True)
class Topic:
    """A skill that was worked on; ``share`` of the lines speaks of it, None where a person says so."""

    key: str
    name: str
    share: float | None


@dataclass(frozen=True, slots=True)
class NextStep:
    """What the student does next, who said so, and where on the page; ``skill`` is a key, None where unknown."""

    number: int
    text: str
    said_by: str
    skill: str | None
    places: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class EarlierVersion:
    """What a summary said before, and what came of that: who changed it, and why."""

    text: str
    topics: tuple[str, ...]
    steps: tuple[str, ...]
    author: str
    made_at: dt.datetime
    reason: str
    who: str


@dataclass(frozen=True, slots=True)
class Session:
    """A session with its summary; ``transcript`` is empty once it is held no longer."""

    row: SessionRow
    user_id: uuid.UUID
    source: str
    started_at: dt.datetime
    note: str
    author: str
    remark: str
    can_be_corrected: bool
    version: int
    sentences: tuple[tuple[str, tuple[Piece, ...]], ...]
    narrative: str
    topics: tuple[Topic, ...]
    steps: tuple[NextStep, ...]
    lines: tuple[Said, ...]
    transcript: tuple[Said, ...]
    held_until: dt.datetime | None
    replaced_by: uuid.UUID | None
    corrected: EarlierVersion | None
    before: tuple[EarlierVersion, ...]


def rows(summaries: Iterable[Any]) -> list[SessionRow]:
    """Return summaries as they stand in a list."""
    return [_row(summary) for summary in summaries]


def latest_sessions(*, by: User, student_id: uuid.UUID) -> tuple[SessionRow, ...]:
    """Return the latest sessions of a student whose summaries count, as far as the caller may see them."""
    found = tutoring.summaries_visible_to(by).filter(user=student_id, standing=Standing.CURRENT)
    return tuple(rows(found[:SHOWN]))


def session(*, by: User, summary_id: uuid.UUID) -> Session:
    """Return a session with its summary. Raises SummaryMissing."""
    summary = tutoring.visible_summary(by=by, summary_id=summary_id)
    versions = list(summary.versions.all())
    now = versions[-1] if versions else None
    transcript = tutoring.transcript_of(summary)
    return Session(
        row=_row(summary),
        user_id=summary.user_id,
        source=summary.source.name,
        started_at=summary.started_at,
        note=FAILURES.get(summary.failure, "") or (OUTCOMES.get(now.outcome, "") if now else ""),
        author=_author(now) if now and now.narrative else "",
        remark=_remark(now),
        can_be_corrected=summary.status == SummaryStatus.READY and summary.standing == Standing.CURRENT,
        version=now.number if now else 0,
        sentences=tuple((one["text"], said_at(one["lines"])) for one in (now.narrative if now else ())),
        narrative=_narrative(now),
        topics=tuple(Topic(one["skill"], one["name"], one["share"]) for one in (now.topics if now else ())),
        steps=tuple(_step(one) for one in (now.steps if now else ())),
        lines=tuple(
            Said(one["number"], SPEAKERS[one["speaker"]], one["text"]) for one in (now.lines if now else ())
        ),
        transcript=tuple(
            Said(one.number, SPEAKERS[one.speaker], one.text)
            for one in (transcript.lines if transcript else ())
        ),
        held_until=transcript.held_until if transcript else None,
        replaced_by=summary.replaced_by_id,
        corrected=_version(now) if now and now.kind != VersionKind.MADE else None,
        before=tuple(_version(one) for one in reversed(versions[:-1])),
    )


def said_at(lines: Sequence[int]) -> tuple[Piece, ...]:
    """Return links to lines of a session, by their numbers."""
    return tuple(Piece(f"[{number}]", f"#line-{number}", "what was said") for number in lines)


def _row(summary: Any) -> SessionRow:
    version = tutoring.version_of(summary)
    return SessionRow(
        pk=summary.pk,
        student=str(summary.user),
        tutor=summary.tutor,
        subject=summary.subject,
        ended_at=summary.ended_at,
        topics=tuple(one["name"] for one in version.topics) if version else (),
        state=_state(summary, version),
    )


def _state(summary: Any, version: Any) -> tuple[str, str]:
    if summary.status == SummaryStatus.WAITING:
        return "Being summarised", "plain"
    if summary.status == SummaryStatus.FAILED or version is None:
        return "No summary", "bad"
    if summary.standing != Standing.CURRENT:
        return ("Withdrawn" if summary.standing == Standing.WITHDRAWN else "Replaced"), "plain"
    if version.kind == VersionKind.CORRECTED:
        return "Corrected", "good"
    return (
        ("Summarised", "good") if version.outcome == Outcome.SUMMARISED else ("Nothing to summarise", "warn")
    )


def _author(version: Any) -> str:
    """Whose sentences it is made of; a person may have changed something else and left a model's as they are."""
    is_beside = version.author == Author.PERSON and version.model
    return BESIDE_A_PERSON if is_beside else AUTHORS[version.author]


def _remark(version: Any) -> str:
    """What a model was not given, or did not do."""
    if version is not None and version.lines_left_out:
        count = version.lines_left_out
        return f"The model was not given {count} {'line' if count == 1 else 'lines'} of the session."
    is_degraded = version is not None and version.degraded
    return "A language model was to write it, and could not." if is_degraded else ""


def _narrative(version: Any) -> str:
    return " ".join(one["text"] for one in version.narrative) if version else ""


def _step(step: Mapping[str, Any]) -> NextStep:
    said_by, places = SPEAKERS[step["said_by"]], said_at(step["lines"])
    return NextStep(step["number"], step["text"], said_by, step["skill"], places)


def _version(version: Any) -> EarlierVersion:
    return EarlierVersion(
        text=_narrative(version),
        topics=tuple(one["name"] for one in version.topics),
        steps=tuple(one["text"] for one in version.steps),
        author=_author(version),
        made_at=version.made_at,
        reason=version.reason,
        who=str(version.made_by or ""),
    )
