"""Which judge reads the essays, how they are handed to it, and what becomes of one that it refuses."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from microcred.ai import providers
from microcred.ai.base import FailureKind, ProviderError
from scoring.essays.judge import ModelJudge
from scoring.essays.judgement import CriterionVerdict, Judge, Judgement
from scoring.essays.task import EssayTask
from scoring.scorers import find_active, shared_reader
from scoring.training.judge import TrainedJudge

# What a reply to one essay may bring on; the provider would still answer for another essay.
ABOUT_THE_ESSAY: Final[frozenset[FailureKind]] = frozenset(
    {"refusal", "truncated", "empty", "bad_reply", "too_large", "bad_request"}
)
REFUSED_NOTE: Final = "the model refused to judge this essay"


def current_judge() -> Judge:
    """Return the judge that the settings ask for. Only for workers: it may load the embedder.

    Without a chat model, questions with a trained scorer are judged by it, the others by the rubric alone.
    """
    chat = providers.chat_model()
    return ModelJudge(chat) if chat else TrainedJudge(providers.embedder(), find_active(), shared_reader)


def call_by_call(judge: Judge, tasks: Sequence[EssayTask]) -> list[list[EssayTask]]:
    """Return the tasks in groups that one failing call would take down together."""
    return judge.batches(tasks) if isinstance(judge, ModelJudge) else [[task] for task in tasks]


def read_group(judge: Judge, tasks: Sequence[EssayTask]) -> list[Judgement]:
    """Judge a group; where the model refuses, find out which essay it refuses and hold that for a person.

    Raises:
        ProviderError: of any other kind.
    """
    try:
        return judge.judge(tasks)
    except ProviderError as error:
        if error.kind != "refusal":
            raise
    if len(tasks) == 1:
        return [held_for_a_person(tasks[0])]
    return [judgement for task in tasks for judgement in read_group(judge, [task])]


def held_for_a_person(task: EssayTask) -> Judgement:
    """Return the judgement of an essay that the model would not judge: nothing scored, all of it pending."""
    return Judgement(
        question_id=task.question_id,
        outcome="needs_review",
        verdicts=tuple(
            CriterionVerdict(
                criterion.key, None, "", (), False, "needs_review", None, criterion.maximum, REFUSED_NOTE
            )
            for criterion in task.criteria
        ),
        score=None,
        maximum=task.maximum,
        scored_weight=Decimal("0.00"),
        provider="code",
        model="",
        prompt_version="",
        uncertainty=1.0,
        reason_code="refused",
        notes=(REFUSED_NOTE,),
    )
