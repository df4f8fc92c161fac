"""All answers to one question, compared with each other by the local scorer.

For staff who want to know where to look: nothing is stored and no score changes. How answers are
compared, and why the outcome is unsure, says `scoring.training.batch_judge`.
"""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from microcred.ai import providers
from microcred.ai.base import Embedder
from microcred.errors import Missing
from scoring.essays.task import EssayTask
from scoring.models import EssayScore
from scoring.other_prompts import others_in_use
from scoring.precedence import CandidateScore, effective
from scoring.scorers import shared_reader
from scoring.training.batch_judge import BatchJudge
from scoring.training.reading import Reader


class NothingToCompare(Missing):
    """There is no such question, or no essay has answered it."""

    default_code = "SCORER_404"


@dataclass(frozen=True, slots=True)
class Compared:
    """One answer: the score that counts and who gave it, what comparing the answers gives, and from 0 to 1
    how unsure that is. `standing` is None where nothing has scored the answer yet."""

    assessment_id: uuid.UUID
    standing: Decimal | None
    source: str
    compared: Decimal | None
    maximum: Decimal
    uncertainty: float

    @property
    def apart(self) -> float:
        """How far the two scores are apart, as a share of the maximum; 0 where one is missing."""
        if self.standing is None or self.compared is None or not self.maximum:
            return 0.0
        return float(abs(self.standing - self.compared) / self.maximum)


def compare_answers(
    question_id: uuid.UUID, *, embedder: Embedder | None = None, reader: Callable[[], Reader] = shared_reader
) -> list[Compared]:
    """Return every essay on the question, those first whose two scores are furthest apart.

    Raises:
        NothingToCompare: without any essay.
    """
    runs = _in_effect(question_id)
    if not runs:
        raise NothingToCompare("No essay has answered this question.")
    judge = BatchJudge(embedder or providers.local_embedder(), reader, others_in_use())
    judged = judge.judge([_task(run) for run in runs])
    compared = [
        Compared(run.assessment_id, run.score, run.source, found.score, run.maximum, found.uncertainty)
        for run, found in zip(runs, judged, strict=True)
    ]
    return sorted(compared, key=lambda one: (-one.apart, str(one.assessment_id)))


def _in_effect(question_id: uuid.UUID) -> list[EssayScore]:
    """The run that counts for every answer, in one order every time."""
    runs = EssayScore.objects.filter(question_snapshot__question_id=question_id).order_by()
    chosen = effective(
        CandidateScore(snapshot, source, (run,), pk)
        for pk, snapshot, source, run in runs.values_list("pk", "question_snapshot_id", "source", "run")
    )
    rows = EssayScore.objects.filter(pk__in=chosen.values()).select_related("question_snapshot", "response")
    return [run for run in rows.order_by("pk") if run.response is not None]


def _task(run: EssayScore) -> EssayTask:
    snapshot = run.question_snapshot
    return EssayTask.from_rubric(
        question_id=str(snapshot.question_id),
        prompt=snapshot.prompt,
        answer=str(run.response.answer.get("text", "")),
        rubric=snapshot.rubric,
        maximum=snapshot.weight,
        answer_format=snapshot.answer_format,
    )
