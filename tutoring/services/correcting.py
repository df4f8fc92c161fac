"""Correcting and withdrawing summaries, in effect at once, with a reason that the student reads."""

import datetime as dt
import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db import transaction

from accounts.locking import lock_person
from accounts.models import User
from accounts.policy import Permission, allows
from catalog.skill_texts import skill_texts
from microcred.errors import Conflict, Forbidden, Invalid, PreconditionFailed
from ops import audit
from scoring.oversight import checked_reason
from tutoring import queries
from tutoring.enums import Author, Outcome, Standing, SummaryStatus, VersionKind
from tutoring.models import SessionSummary, SummaryVersion
from tutoring.services.keeping import steer

SAID_BY_ADVISOR: Final = "advisor"
LONGEST_NARRATIVE: Final = 4000
LONGEST_STEP: Final = 300
#: Topics, and next steps.
MOST_NAMED: Final = 10
#: What says which model wrote the sentences, where none did.
BY_NO_MODEL: Final[Mapping[str, Any]] = {
    "model": "",
    "prompt_version": "",
    "call_id": None,
    "lines_left_out": 0,
}


class SkillUnknown(Invalid):
    """The catalog has no such skill."""

    default_code = "SKILL_400"


class NothingToCorrect(Conflict):
    """The summary says so already, is not there yet, or counts no more."""

    default_code = "OVERRIDE_409"


class CorrectedMeanwhile(PreconditionFailed):
    """The summary says something else since the version that the change was made from."""


@dataclass(frozen=True, slots=True)
class Words:
    """What a summary is to say; None leaves a part as it is. ``steps`` are texts with the key of a skill or None."""

    narrative: str | None = None
    topics: Sequence[str] | None = None
    steps: Sequence[tuple[str, str | None]] | None = None


@transaction.atomic
def correct(
    *,
    by: User,
    user_id: uuid.UUID,
    summary_id: uuid.UUID,
    words: Words,
    reason: str,
    now: dt.datetime,
    expected: Collection[str] | None = None,
) -> SummaryVersion:
    """Have a summary say something else from now on; what it said before is kept.

    Raises:
        Forbidden: if the caller's role may not.
        StudentMissing, SummaryMissing: if it is not there, or not of a student whom the caller looks after.
        SkillUnknown: if a topic or a step names a skill that the catalog does not have.
        NothingToCorrect: if it would say the same, is not ready, or counts no more.
        CorrectedMeanwhile: if ``expected`` names versions, and none of them is the present one.
        ReasonMissing: without a reason.
    """
    summary, before, said = _to_correct(by, user_id, summary_id, reason, expected)
    after = _corrected(summary, before, words)
    if all(getattr(before, name) == value for name, value in after.items()):
        raise NothingToCorrect("The summary says so already.")
    summary.skills = [one["skill"] for one in after["topics"]]
    return _kept(summary, before, by, now, reason=said, kind=VersionKind.CORRECTED, **after)


@transaction.atomic
def withdraw(
    *,
    by: User,
    user_id: uuid.UUID,
    summary_id: uuid.UUID,
    reason: str,
    now: dt.datetime,
    expected: Collection[str] | None = None,
) -> SummaryVersion:
    """Have a summary count no more. Raises as correcting does."""
    summary, before, said = _to_correct(by, user_id, summary_id, reason, expected)
    summary.standing = Standing.WITHDRAWN
    same = {name: getattr(before, name) for name in ("narrative", "topics", "steps", "lines", *BY_NO_MODEL)}
    return _kept(
        summary, before, by, now, reason=said, kind=VersionKind.WITHDRAWN, outcome=before.outcome, **same
    )


def _to_correct(
    by: User, user_id: uuid.UUID, summary_id: uuid.UUID, reason: str, expected: Collection[str] | None
) -> tuple[SessionSummary, SummaryVersion, str]:
    if not allows(by, Permission.STEER_PRACTICE):
        raise Forbidden("Your role may not do this.")
    visible = queries.summaries_of(by=by, user_id=user_id)
    said = checked_reason(reason)
    lock_person(user_id)
    summary = visible.filter(pk=summary_id).select_for_update(of=("self",)).first()
    if summary is None:
        raise queries.SummaryMissing("There is no such summary.")
    version = queries.version_of(summary)
    if summary.status != SummaryStatus.READY or summary.standing != Standing.CURRENT or version is None:
        raise NothingToCorrect("Only a summary that is there and counts can be corrected.")
    if expected is not None and str(version.number) not in expected:
        raise CorrectedMeanwhile("The summary was corrected meanwhile. Look at it again.")
    return summary, version, said


def _corrected(summary: SessionSummary, before: SummaryVersion, words: Words) -> dict[str, Any]:
    """What the summary says then, by column. Sentences of a person cite nothing."""
    narrative, topics, steps = before.narrative, before.topics, before.steps
    written: Mapping[str, Any] = {name: getattr(before, name) for name in BY_NO_MODEL}
    if words.narrative is not None:
        narrative, written = (
            ([{"text": words.narrative, "lines": []}] if words.narrative else []),
            BY_NO_MODEL,
        )
    if words.topics is not None:
        known = {one["skill"]: one for one in before.topics}
        names = _names([key for key in words.topics if key not in known])
        topics = [
            known.get(key, {"skill": key, "name": names[key], "share": None, "lines": []})
            for key in dict.fromkeys(words.topics)
        ]
    if words.steps is not None:
        kept = {one["skill"] for one in before.steps}
        _names([skill for _, skill in words.steps if skill and skill not in kept])
        steps = _steps(summary, before.steps, words.steps)
    cited = {number for one in (*narrative, *steps) for number in one["lines"]}
    return {
        "outcome": Outcome.SUMMARISED.value if narrative or topics or steps else before.outcome,
        "narrative": narrative,
        "topics": topics,
        "steps": steps,
        "lines": [one for one in before.lines if one["number"] in cited],
        **written,
    }


def _steps(
    summary: SessionSummary, before: Sequence[Mapping[str, Any]], wanted: Sequence[tuple[str, str | None]]
) -> list[dict[str, Any]]:
    """The steps with their numbers: one that stays has its own, a new one has none that was ever given."""
    standing = {(one["text"], one["skill"]): dict(one) for one in before}
    given = [one["number"] for version in summary.versions.all() for one in version.steps]
    highest = max(given, default=0)
    steps: list[dict[str, Any]] = []
    for text, skill in dict.fromkeys(wanted):
        if (text, skill) in standing:
            steps.append(standing[text, skill])
            continue
        highest += 1
        steps.append(
            {"number": highest, "text": text, "said_by": SAID_BY_ADVISOR, "lines": [], "skill": skill}
        )
    return steps


def _names(keys: Sequence[str]) -> dict[str, str]:
    names = {one.key: one.name for one in skill_texts()}
    unknown = [key for key in keys if key not in names]
    if unknown:
        raise SkillUnknown("The catalog has no such skill.", details={"skill": unknown[0]})
    return names


def _kept(
    summary: SessionSummary, before: SummaryVersion, by: User, now: dt.datetime, **columns: Any
) -> SummaryVersion:
    version = SummaryVersion.objects.create(
        summary=summary, number=before.number + 1, author=Author.PERSON, made_by=by, made_at=now, **columns
    )
    summary.save(update_fields=["skills", "standing"])
    steer(summary, now=now)
    audit.record(
        by=by, action=f"summary.{version.kind}", resource_type="session_summary", resource_id=summary.pk,
        metadata={"version": version.number, "student_id": str(summary.user_id)},
    )  # fmt: skip
    return version
