"""Essays that results had to go without, scored once that is possible again.

Why a result lacks a score is known from the run that says so: the money was used up, or the provider failed in some
way. A try costs nothing while there is still no money, and little while the provider is still away: then one
assessment at a time finds out whether it is back. Each waits longer after each try that changed nothing.
"""

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

import structlog
from django.db import transaction
from django.db.models import QuerySet

from assessments import queries as assessments
from assessments.enums import MissingPart
from microcred.ids import uuid7_lower_bound
from ops import audit
from ops import queries as jobs
from ops.audit import Actor
from ops.jobs import enqueue
from scoring.calls import limits
from scoring.enums import CallPurpose, CallState, EssayOutcome
from scoring.essay_runs import OUT_OF_BUDGET
from scoring.models import EssayScore, ModelCall

log = structlog.get_logger(__name__)

KIND: Final = "scoring.pending"
A_MOMENT: Final = dt.timedelta(minutes=2)
FIRST_WAIT: Final = dt.timedelta(minutes=10)
LONGEST_WAIT: Final = dt.timedelta(days=1)
MOST_AT_ONCE: Final = 200
# The same words will be answered in the same way until the model or the prompt is another: trying costs money.
LASTING: Final = frozenset({"truncated", "too_large", "bad_request"})
MOST_LASTING_TRIES: Final = 2
# A provider that ended its last call so is away until a call proves the contrary.
AWAY: Final = frozenset({"timeout", "connection", "rate_limit", "quota", "server", "auth", "circuit_open"})


@dataclass(frozen=True, slots=True)
class Pending:
    """A result without the scores of ``essays``, for the reasons ``why``; tried again ``tries`` times so far.

    ``due_at`` is when the schedule tries next, None for what it leaves alone.
    """

    assessment_id: uuid.UUID
    essays: int
    why: tuple[str, ...]
    tries: int
    due_at: dt.datetime | None


def pending() -> list[Pending]:
    """Return every result that lacks the score of an essay, the one that waits longest first."""
    lacking = assessments.with_result().filter(missing__contains=[MissingPart.ESSAY_SCORES])
    ids = list(lacking.order_by("completed_at", "pk").values_list("pk", flat=True))
    left_out = _left_out(ids)
    tried = jobs.ended(KIND, list(left_out))
    return [_pending(pk, left_out[pk], tried.get(pk)) for pk in ids if pk in left_out]


def score_due(*, now: dt.datetime) -> int:
    """Have those scored whose time has come, as far as that promises anything; return how many."""
    due = [one for one in pending() if one.due_at is not None and one.due_at <= now]
    if not _has_money(now):
        due = [one for one in due if set(one.why) - {OUT_OF_BUDGET}]
    most = 1 if _ended_in_failure(_calls()) else MOST_AT_ONCE
    fresh_first = sorted(due, key=lambda one: one.tries)
    return score_again(fresh_first[:most], by=None)


@transaction.atomic
def score_again(chosen: Sequence[Pending], *, by: Actor | None) -> int:
    """Have these scored by jobs, one each; those that a job works on are left to it. Return how many that is."""
    idle = jobs.without_live_job([one.assessment_id for one in chosen])
    for one in chosen:
        if one.assessment_id not in idle:
            continue
        key = f"pending:{one.assessment_id}:{one.tries}"
        enqueue(KIND, assessment_id=one.assessment_id, unique_key=key)
        if by is not None:
            audit.record(
                by=by, action="assessment.scoring_again", resource_type="assessment", resource_id=one.assessment_id
            )  # fmt: skip
    if idle:
        log.info("pending_scores_tried", assessments=len(idle))
    return len(idle)


def _left_out(ids: Collection[uuid.UUID]) -> dict[uuid.UUID, list[str]]:
    """Return why the essays that have no score were left out, by assessment."""
    newest = (
        EssayScore.objects.filter(assessment_id__in=ids)
        .order_by("question_snapshot_id", "-run")
        .distinct("question_snapshot_id")
        .values_list("assessment_id", "outcome", "response_payload__reason_code")
    )
    found: dict[uuid.UUID, list[str]] = defaultdict(list)
    for assessment_id, outcome, why in newest:
        if outcome == EssayOutcome.UNAVAILABLE:
            found[assessment_id].append(why or "unknown")
    return found


def _pending(pk: uuid.UUID, why: list[str], tried: tuple[int, dt.datetime] | None) -> Pending:
    tries, last = tried or (0, None)
    leave_alone = set(why) <= LASTING and tries >= MOST_LASTING_TRIES
    wait = min(FIRST_WAIT * 2 ** min(tries, 20), LONGEST_WAIT)
    epoch = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
    due_at = None if leave_alone else last + wait if last else epoch
    return Pending(pk, len(why), tuple(sorted(set(why))), tries, due_at)


def _has_money(now: dt.datetime) -> bool:
    month = now.astimezone(dt.UTC).date().replace(day=1)
    limit = limits.month_limit()
    return not limit or limits.spent(assessment_id=None, month=month)[0] < limit


def is_away(*, now: dt.datetime) -> bool:
    """Return whether the provider failed a moment ago, and has not answered since."""
    # By their ids, which rise with time, those of the last minutes are found without reading all.
    return _ended_in_failure(_calls().filter(pk__gte=uuid7_lower_bound(now - A_MOMENT)))


def _calls() -> QuerySet[ModelCall]:
    """Return the calls about essays and words that are over."""
    calls = ModelCall.objects.filter(state=CallState.SETTLED, batch=None)
    return calls.exclude(purpose=CallPurpose.EMBEDDING)


def _ended_in_failure(calls: QuerySet[ModelCall]) -> bool:
    """Whether the last of the calls ended by the provider's fault."""
    last = calls.order_by("-settled_at").first()
    return last is not None and last.outcome in AWAY
