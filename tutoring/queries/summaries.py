"""Summaries, and who may see them."""

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.conf import settings
from django.db.models import Prefetch, QuerySet

from accounts.enums import Role
from accounts.models import User
from accounts.policy import Permission, allows, sees_student
from microcred.errors import Missing
from ops import queries as jobs
from planner import queries as planner
from planner.enums import Source
from practice.queries import check_sees
from tutoring.enums import Standing, SummaryStatus
from tutoring.models import SessionSummary, SessionTranscript, SummaryVersion
from tutoring.transcripts import Line, People, read

SUMMARISING: Final = "tutoring.summarize"


class SummaryMissing(Missing):
    """There is no such summary, or none that the caller may see."""

    default_code = "SUMMARY_404"


class StepMissing(Missing):
    """The summary has no such next step."""

    default_code = "STEP_404"


@dataclass(frozen=True, slots=True)
class OpenStep:
    """A next step that is not on the student's list of tasks, and the skill that it is about, if one is known.

    ``first_id`` is the summary of the first message about the session.
    """

    user_id: uuid.UUID
    summary_id: uuid.UUID
    first_id: uuid.UUID
    number: int
    ended_at: dt.datetime
    text: str
    skill: str | None


@dataclass(frozen=True, slots=True)
class HeldTranscript:
    """All that was said; ``held_until`` is None where it is held for as long as the summary."""

    lines: Sequence[Line]
    held_until: dt.datetime | None


def summaries_of(*, by: User, user_id: uuid.UUID) -> QuerySet[SessionSummary]:
    """Return a student's summaries, the latest session first, as far as the caller may see them.

    What was replaced or withdrawn is shown to those alone who may correct it.

    Raises:
        StudentMissing: if there is no such student, or none whom the caller may see.
    """
    check_sees(by=by, student_id=user_id)
    rows = SessionSummary.objects.filter(user=user_id).order_by("-ended_at", "-pk")
    if not allows(by, Permission.STEER_PRACTICE):
        rows = rows.filter(standing=Standing.CURRENT)
    return rows.prefetch_related(_versions()).select_related("source", "replaced_by")


def summaries_visible_to(by: User) -> QuerySet[SessionSummary]:
    """Return the summaries that count of all students whom the caller looks after, the latest session first."""
    return _visible(by).exclude(standing=Standing.SUPERSEDED)


def visible_summary(*, by: User, summary_id: uuid.UUID) -> SessionSummary:
    """Return a summary of a student whom the caller looks after, also one that was replaced. Raises SummaryMissing."""
    found = _visible(by).filter(pk=summary_id).first()
    if found is None:
        raise SummaryMissing("There is no such summary.")
    return found


def transcript_of(summary: SessionSummary) -> HeldTranscript | None:
    """Return what was said, with the names taken for who speaks; None once it is held no longer."""
    held = SessionTranscript.objects.filter(summary=summary).first()
    if held is None or held.said is None:
        return None
    days: int = settings.RETENTION_DAYS["TRANSCRIPTS"]
    until = held.received_at + dt.timedelta(days=days) if days else None
    return HeldTranscript(read(held.said, People(summary.tutor, summary.user.name)), until)


def summary_of(*, by: User, user_id: uuid.UUID, summary_id: uuid.UUID) -> SessionSummary:
    """Return one summary. Raises SummaryMissing, StudentMissing."""
    found = summaries_of(by=by, user_id=user_id).filter(pk=summary_id).first()
    if found is None:
        raise SummaryMissing("There is no such summary.")
    return found


def own_summary(*, by: User, user_id: uuid.UUID, summary_id: uuid.UUID) -> SessionSummary:
    """Return a summary of the caller's own that counts. Raises SummaryMissing."""
    own = SessionSummary.objects.filter(
        pk=summary_id, user=by.pk, status=SummaryStatus.READY, standing=Standing.CURRENT
    )
    found = own.prefetch_related(_versions()).first()
    if found is None or user_id != by.pk or by.role != Role.STUDENT:
        raise SummaryMissing("There is no such summary.")
    return found


def version_of(summary: SessionSummary) -> SummaryVersion | None:
    """Return what a summary says now; None where it is not there yet."""
    versions: Sequence[SummaryVersion] = list(summary.versions.all())
    return versions[-1] if versions else None


def step_of(summary: SessionSummary, number: int) -> dict[str, Any]:
    """Return a next step by its number. Raises StepMissing."""
    version = version_of(summary)
    for one in version.steps if version else ():
        if one["number"] == number:
            return dict(one)
    raise StepMissing("The summary has no such step.")


def reference_of(summary: SessionSummary, step: Mapping[str, Any]) -> str:
    """Return what a task that was made of a step refers to: the first message about the session that has it, so that a
    message that is sent again makes no second task."""
    return _reference(summary, _before([summary])[summary.pk], step)


def open_steps(user_ids: Collection[uuid.UUID], *, since: dt.datetime, until: dt.datetime) -> list[OpenStep]:
    """Return what was agreed on in sessions that ended within these times and is on no list of tasks, the latest
    first."""
    rows = SessionSummary.objects.filter(
        user__in=user_ids,
        ended_at__gte=since,
        ended_at__lte=until,
        status=SummaryStatus.READY,
        standing=Standing.CURRENT,
    )
    found = list(rows.order_by("-ended_at", "-pk").prefetch_related(_steps_alone()))
    planned = planner.references({row.user_id for row in found}, source=Source.SESSION)
    before = _before(found)
    return [
        OpenStep(row.user_id, row.pk, first.pk, one["number"], row.ended_at, one["text"], one["skill"])
        for row in found
        for first in [[row, *before[row.pk]][-1]]
        for version in [version_of(row)]
        for one in (version.steps if version else ())
        if (row.user_id, _reference(row, before[row.pk], one)) not in planned
    ]


def to_summarise(summary_id: uuid.UUID) -> SessionSummary | None:
    """Return a session that waits for its summary; None where it has one, or is gone. For background work."""
    waiting = SessionSummary.objects.filter(pk=summary_id, status=SummaryStatus.WAITING)
    return waiting.select_related("user", "transcript").first()


def awaiting_summary(*, before: dt.datetime) -> QuerySet[SessionSummary]:
    """Return sessions told of before a time that wait for their summaries although no job is at it."""
    waiting = SessionSummary.objects.filter(
        ~jobs.is_worked_on(SUMMARISING, "summary_id"), status=SummaryStatus.WAITING, received_at__lt=before
    )
    return waiting.order_by("received_at")


def _visible(by: User) -> QuerySet[SessionSummary]:
    rows = SessionSummary.objects.filter(sees_student(by, path="user")).order_by("-ended_at", "-pk")
    return rows.prefetch_related(_versions()).select_related("user", "source", "replaced_by")


def _reference(summary: SessionSummary, before: Sequence[SessionSummary], step: Mapping[str, Any]) -> str:
    owner, number = summary, step["number"]
    for earlier in before:
        version = version_of(earlier)
        same = [one["number"] for one in (version.steps if version else ()) if one["text"] == step["text"]]
        if same:
            owner, number = earlier, same[0]
    return f"{owner.pk}:{number}"


def _before(summaries: Collection[SessionSummary]) -> dict[uuid.UUID, list[SessionSummary]]:
    """Return the summaries of earlier messages that each of these stands in place of, the latest first; in as many
    statements however many messages told of a session.

    One of a later message was never said: what a person has corrected stays in its place.
    """
    of_sessions = SessionSummary.objects.filter(
        user__in={one.user_id for one in summaries},
        source__in={one.source_id for one in summaries},
        session_id__in={one.session_id for one in summaries},
        replaced_by__isnull=False,
    )
    replaced: dict[uuid.UUID | None, list[SessionSummary]] = defaultdict(list)
    for one in of_sessions.prefetch_related(_steps_alone()):
        replaced[one.replaced_by_id].append(one)
    return {summary.pk: _all_before(summary, replaced) for summary in summaries}


def _all_before(
    summary: SessionSummary, replaced: Mapping[uuid.UUID | None, Sequence[SessionSummary]]
) -> list[SessionSummary]:
    """One takes the place of several where their own summaries were ready after it."""
    found: list[SessionSummary] = []
    later = [summary]
    while later:
        stays = later.pop()
        earlier = [one for one in replaced.get(stays.pk, ()) if one.received_at < stays.received_at]
        found += earlier
        later += earlier
    return sorted(found, key=lambda one: (one.received_at, one.pk), reverse=True)


def _steps_alone() -> "Prefetch[str]":
    """Versions without what a summary says beside its steps, which may be long."""
    versions = SummaryVersion.objects.order_by("number").defer("narrative", "topics", "lines", "reason")
    return Prefetch("versions", queryset=versions)


def _versions() -> "Prefetch[str]":
    return Prefetch("versions", queryset=SummaryVersion.objects.order_by("number").select_related("made_by"))
