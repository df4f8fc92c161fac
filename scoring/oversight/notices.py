"""What students are told about their scores: what people changed, how their appeals ended, what became of levels that
they contested."""

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from django.db import transaction

from accounts.models import User
from assessments import queries as assessments
from microcred.compiled_queries import CompiledQuery
from microcred.errors import Missing
from microcred.pipelining import PipelinedQuery
from ops import audit
from scoring.enums import AppealOutcome, ChangeKind, ContestOutcome
from scoring.models import AppealDecision, ScoreChange, SeenNotice, SkillCheck

MESSAGES: Final[Mapping[str, str]] = {
    ChangeKind.REVIEW: "A person looked at your answer and decided on this score.",
    ChangeKind.OVERRIDE: "A person changed this score.",
    ChangeKind.APPEAL: "Your appeal was decided, and this score was changed.",
    ChangeKind.RESCORE: "The question's scoring was corrected, and your answer was scored anew.",
}
OUTCOMES: Final[Mapping[str, str]] = {
    AppealOutcome.UPHELD: "Your appeal was decided, and the score stands.",
    AppealOutcome.KEPT: "Your appeal was decided. It cannot lower a score, so the score stands.",
}
CONTEST: Final = "contest"
CHECKS: Final[Mapping[str, str]] = {
    ContestOutcome.CONFIRMED: "A person checked the skill level that you contest, and it stands.",
    ContestOutcome.CORRECTED: "A person checked the skill level that you contest, and corrected it.",
}
TOP_LEVEL: Final = 5


class NoticeMissing(Missing):
    """No such notice, or none that is for the caller."""

    default_code = "NOTICE_404"


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing that a student is told; ``seen_at`` is None until they have seen it.

    ``before`` and ``after`` are the level of the criterion, where one is meant, and the question's points. Of several
    criteria that a person changed at once, names, levels and reasons stand one after the other. A notice
    about a ``skill`` is about no question: its score is the level, its maximum the top of the scale.
    """

    notice_id: uuid.UUID
    assessment_id: uuid.UUID
    role: str
    question_id: uuid.UUID | None
    criterion: str | None
    kind: str
    message: str
    reason: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    changed_at: dt.datetime
    seen_at: dt.datetime | None
    skill: str | None = None


def notices(assessment_id: uuid.UUID) -> list[Notice]:
    """Return what its student is told about one assessment, the newest first; three queries."""
    return _in_order(
        [
            *(_of_changes(rows) for rows in _together(_CHANGES.rows(assessment_id=assessment_id))),
            *(_of_decision(row) for row in _DECISIONS.rows(assessment_id=assessment_id)),
            *(_of_check(row) for row in _CHECKS.rows(assessment_id=assessment_id)),
        ]
    )


def notice_reads(assessment_id: uuid.UUID) -> list[PipelinedQuery[Any]]:
    """Return what `notices` asks, to be pipelined with others."""
    return [one.read(assessment_id=assessment_id) for one in (_CHANGES, _DECISIONS, _CHECKS)]


def notices_for(user: User) -> list[Notice]:
    """Return what a student is told about all results that they may see, the newest first; three queries."""
    shown = assessments.shown_to_student(user.pk)
    return _in_order(
        [
            *(_of_changes(rows) for rows in _together(_changes().filter(assessment__in=shown))),
            *(_of_decision(row) for row in _decisions().filter(appeal__assessment__in=shown)),
            *(_of_check(row) for row in _checks().filter(contest__assessment__in=shown)),
        ]
    )


def unseen_notices(
    user_ids: Collection[uuid.UUID], *, since: dt.datetime, until: dt.datetime
) -> list[tuple[uuid.UUID, Notice]]:
    """Return what these students were told from ``since`` to ``until`` and have not seen, with whom; three queries."""
    shown, window = assessments.shown_to_students(user_ids), (since, until)
    unseen = {"seen__isnull": True}
    changes = _changes().filter(assessment__in=shown, made_at__range=window, **unseen)
    decisions = _decisions().filter(appeal__assessment__in=shown, decided_at__range=window, **unseen)
    checks = _checks().filter(contest__assessment__in=shown, checked_at__range=window, **unseen)
    return [
        *((rows[0].assessment.user_id, _of_changes(rows)) for rows in _together(changes)),
        *((row.appeal.assessment.user_id, _of_decision(row)) for row in decisions),
        *((row.contest.assessment.user_id, _of_check(row)) for row in checks),
    ]


@transaction.atomic
def mark_seen(*, by: User, notice_ids: Collection[uuid.UUID], now: dt.datetime) -> int:
    """Note that a student has seen these; return how many they have not seen yet. Seen once is seen.

    Raises:
        NoticeMissing: if one is not there or not for ``by``; then none is noted.
    """
    shown = assessments.shown_to_student(by.pk)
    told = _together(_changes().filter(assessment__in=shown))
    changes = {one.pk for rows in told if rows[0].pk in notice_ids for one in rows}
    decisions = _decisions().filter(appeal__assessment__in=shown, pk__in=notice_ids)
    decided = set(decisions.values_list("pk", flat=True))
    checks = _checks().filter(contest__assessment__in=shown, pk__in=notice_ids)
    checked = set(checks.values_list("pk", flat=True))
    if set(notice_ids) - changes - decided - checked:
        raise NoticeMissing("No such notice.")
    SeenNotice.objects.bulk_create(
        [
            *(SeenNotice(change_id=pk, seen_at=now) for pk in changes),
            *(SeenNotice(decision_id=pk, seen_at=now) for pk in decided),
            *(SeenNotice(check_made_id=pk, seen_at=now) for pk in checked),
        ],
        ignore_conflicts=True,
    )
    audit.record(
        by=by, action="notices.seen", resource_type="user", resource_id=by.pk,
        metadata={"notices": len(set(notice_ids))},
    )  # fmt: skip
    return sum(1 for notice in notices_for(by) if notice.seen_at is None)


def _changes() -> Any:
    return ScoreChange.objects.select_related("question_snapshot", "assessment__role", "seen")


def _decisions() -> Any:
    """Return the decisions that changed nothing; those that did are told by what they changed."""
    rows = AppealDecision.objects.filter(outcome__in=list(OUTCOMES))
    return rows.select_related("appeal__question_snapshot", "appeal__assessment__role", "seen")


def _checks() -> Any:
    return SkillCheck.objects.select_related("contest__skill", "contest__assessment__role", "seen")


_CHANGES: Final[CompiledQuery[ScoreChange]] = CompiledQuery(
    lambda assessment_id: _changes().filter(assessment_id=assessment_id), assessment_id=uuid.UUID
)
_DECISIONS: Final[CompiledQuery[AppealDecision]] = CompiledQuery(
    lambda assessment_id: _decisions().filter(appeal__assessment_id=assessment_id), assessment_id=uuid.UUID
)
_CHECKS: Final[CompiledQuery[SkillCheck]] = CompiledQuery(
    lambda assessment_id: _checks().filter(contest__assessment_id=assessment_id), assessment_id=uuid.UUID
)


def _in_order(found: Sequence[Notice]) -> list[Notice]:
    return sorted(found, key=lambda notice: (notice.changed_at, notice.notice_id), reverse=True)


def _together(rows: Iterable[ScoreChange]) -> list[list[ScoreChange]]:
    """Return the changes that somebody made to one answer at one moment together, as they were stored."""
    found: dict[tuple[object, ...], list[ScoreChange]] = defaultdict(list)
    for row in sorted(rows, key=lambda one: str(one.pk)):
        found[row.question_snapshot_id, row.kind, row.made_at].append(row)
    return list(found.values())


def _of_changes(rows: Sequence[ScoreChange]) -> Notice:
    """Tell one change, or several of one answer at once: their criteria and levels one after the other."""
    row = rows[0]
    if len(rows) == 1:
        return _of_change(row)
    names = [one.criterion_name for one in rows]
    reasons = [f"{one.criterion_name}: {one.reason}" for one in rows]
    return replace(
        _of_change(row),
        criterion=", ".join(names),
        reason=row.reason if len({one.reason for one in rows}) == 1 else " ".join(reasons),
        before=_public(row.before) | {"level": _levels([one.before for one in rows])},
        after=_public(row.after) | {"level": _levels([one.after for one in rows])},
    )


def _levels(kept: Sequence[Mapping[str, Any]]) -> str:
    return ", ".join(str(one["level"] or "–") for one in kept)


def _of_change(row: ScoreChange) -> Notice:
    return Notice(
        notice_id=row.pk,
        assessment_id=row.assessment_id,
        role=row.assessment.role.name,
        question_id=row.question_snapshot.question_id,
        criterion=row.criterion_name or None,
        kind=row.kind,
        message=MESSAGES[row.kind],
        reason=row.reason,
        before=_public(row.before),
        after=_public(row.after),
        changed_at=row.made_at,
        seen_at=_seen_at(row),
    )


def _of_decision(row: AppealDecision) -> Notice:
    appeal = row.appeal
    return Notice(
        notice_id=row.pk,
        assessment_id=appeal.assessment_id,
        role=appeal.assessment.role.name,
        question_id=appeal.question_snapshot.question_id,
        criterion=appeal.criterion_name or None,
        kind=ChangeKind.APPEAL,
        message=OUTCOMES[row.outcome],
        reason=row.reason,
        before=_public(row.before),
        after=_public(row.after),
        changed_at=row.decided_at,
        seen_at=_seen_at(row),
    )


def _of_check(row: SkillCheck) -> Notice:
    contest = row.contest
    return Notice(
        notice_id=row.pk,
        assessment_id=contest.assessment_id,
        role=contest.assessment.role.name,
        question_id=None,
        criterion=None,
        skill=contest.skill.name,
        kind=CONTEST,
        message=CHECKS[row.outcome],
        reason=row.reason,
        before={"level": None, "score": row.before, "maximum": TOP_LEVEL},
        after={"level": None, "score": row.level, "maximum": TOP_LEVEL},
        changed_at=row.checked_at,
        seen_at=_seen_at(row),
    )


def _seen_at(row: Any) -> dt.datetime | None:
    seen: SeenNotice | None = getattr(row, "seen", None)
    return seen.seen_at if seen else None


def _public(kept: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out the points of a level, which are the rubric's."""
    return {name: kept[name] for name in ("level", "score", "maximum")}
