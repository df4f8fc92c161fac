"""Having past essays read anew by a question's newest version, all together in a batch.

A batch brings replies into the ledger and changes no score: what they say stands beside the scores until somebody
plans a rescoring, looks at it, and applies it. What one batch did not bring, the next one asks for.
"""

import datetime as dt
import uuid
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from accounts.models import User
from catalog import queries as catalog
from catalog.enums import QuestionType
from microcred.ai import providers
from microcred.errors import Conflict, Missing
from ops import audit
from scoring.calls import batches
from scoring.calls.batches import BatchOpen as BatchOpen
from scoring.calls.batches import NothingAffordable as NothingAffordable
from scoring.calls.batches import Waiting
from scoring.calls.outgoing import Payer
from scoring.models import ModelBatch, ScorerRelease
from scoring.oversight.changes import result_for
from scoring.oversight.rereading import judge_of, obstacle, past_takers, task_by
from scoring.releasing import released

# More than that would not fit into a worker's time when the answers come.
MOST_REQUESTS: Final = 1_000
TO_READ: Final = "to be read anew"
KNOWN: Final = "read before"
LEFT: Final = "left for another batch, or for want of money"


class NoBatches(Conflict):
    """No model is released that could read essays in batches."""

    default_code = "BATCH_409"


class NotAnEssay(Missing):
    """There is no such published essay question."""

    default_code = "QUESTION_404"


@dataclass(frozen=True, slots=True)
class Order:
    """What became of an order: the batch, if anything is to be read, and how many essays fared how."""

    batch: ModelBatch | None
    counts: Mapping[str, int]


def order_reading(*, question_id: uuid.UUID, by: User | None, now: dt.datetime) -> Order:
    """Have those past answers to an essay question read by its newest version that no model has read by it.

    Raises:
        NotAnEssay: if it is not a published essay question.
        NoBatches: if no model is released, or there is no provider for it.
        BatchOpen, NothingAffordable: see ``scoring.calls.batches.order``.
    """
    version = catalog.newest_version(question_id)
    if version is None or version.content["question_type"] != QuestionType.ESSAY:
        raise NotAnEssay("No such essay question has been published.")
    release = released()
    if release is None or release.kind != "model" or providers.batches() is None:
        raise NoBatches("No model is released that could read essays in a batch.")
    waiting, counts = _waiting(question_id, version)
    if not waiting:
        return Order(None, counts)
    batch = batches.order(waiting[:MOST_REQUESTS], batch=_new(question_id, version, release, by, now))
    if left := len(waiting) - batch.requests:
        counts += Counter({TO_READ: -left, LEFT: left})
    audit.record(
        by=by, action="question.batch_ordered", resource_type="question", resource_id=question_id,
        metadata={"version": version.version, "requests": batch.requests},
    )  # fmt: skip
    return Order(batch, counts)


def _waiting(question_id: uuid.UUID, version: Any) -> tuple[list[Waiting], Counter[str]]:
    """Return the calls to be made, one for the same words, and how many past answers fared how."""
    counts: Counter[str] = Counter()
    waiting: dict[str, Waiting] = {}
    for assessment_id in past_takers(question_id, version):
        found = _call(assessment_id, question_id, version)
        if isinstance(found, Waiting):
            (answer,) = found.outgoing.answers
            is_new = answer.fingerprint not in waiting
            waiting.setdefault(answer.fingerprint, found)
            counts[TO_READ if is_new else "the words of another answer"] += 1
        else:
            counts[found] += 1
    return list(waiting.values()), counts


def _call(assessment_id: uuid.UUID, question_id: uuid.UUID, version: Any) -> Waiting | str:
    """Return the call that reads one answer anew, or why there is none to be made."""
    before = result_for(assessment_id, question_id=question_id)
    if why_not := obstacle(assessment_id, before):
        return why_not
    judge = judge_of(assessment_id, before)
    if judge is None:
        raise NoBatches("No model is released that could read essays in a batch.")
    task = task_by(version, before)
    if judge.recall(task) is not None:
        return KNOWN
    prepared, outgoing = judge.call_for_batch(judge.missing(task), share=providers.batch_share())
    return Waiting(prepared, outgoing, Payer(assessment_id))


def _new(
    question_id: uuid.UUID, version: Any, release: ScorerRelease, by: User | None, now: dt.datetime
) -> ModelBatch:
    return ModelBatch(
        question_id=question_id,
        question_version_id=version.pk,
        provider=release.provider,
        host=release.host,
        model=release.model,
        prompt_version=release.version,
        requested_by=by,
        requests=0,
        created_at=now,
    )
