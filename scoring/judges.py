"""Which judge reads the essays, how they are handed to it, and what becomes of one that it refuses."""

import uuid
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Final

from microcred.ai import providers
from microcred.ai.base import FailureKind, ProviderError
from scoring.calls.judge import AccountedJudge
from scoring.calls.ledger import Payer
from scoring.calls.writer import Writer
from scoring.essays import precheck
from scoring.essays.judgement import CriterionVerdict, Judge, Judgement
from scoring.essays.task import EssayTask
from scoring.model_judges import model_judge
from scoring.other_prompts import others_in_use
from scoring.releasing import released
from scoring.scorers import find_active, shared_reader
from scoring.training.judge import TrainedJudge

# What a reply to one essay may bring on; the provider would still answer for another essay.
ABOUT_THE_ESSAY: Final[frozenset[FailureKind]] = frozenset(
    {"refusal", "truncated", "empty", "bad_reply", "too_large", "bad_request"}
)
REFUSED_NOTE: Final = "the model refused to judge this essay"
OPTED_OUT_NOTE: Final = "the student refused scoring by a model"
MODEL_REFUSED: Final = "model_refused"


def judge_for(writer: Writer, *, payer: Payer, snapshots: Mapping[str, uuid.UUID]) -> Judge:
    """Return the judge of a writer's essays: the scorer that is released, or nobody but a person.

    Where that is the local one, questions with a trained scorer are judged by it, the others by the rubric alone.
    Only for workers: it may load the embedder. ``snapshots`` gives the frozen question of each essay.
    """
    if not writer.model_scoring:
        return PersonOnly()
    release = released()
    if release is None:
        return Unreleased()
    if release.kind == "local":
        return TrainedJudge(providers.local_embedder(), find_active(), shared_reader, others_in_use())
    return model_judge(writer, payer=payer, snapshots=snapshots, release=release) or Unreleased()


class NotReleased(Exception):
    """No scorer is released that could judge the essay."""


class Unreleased:
    """Judges nothing but what code decides, because no scorer has passed its gate."""

    def judge(self, tasks: Sequence[EssayTask]) -> list[Judgement]:
        """One judgement per task, in order; raises NotReleased where code alone cannot decide."""
        return [self._judgement(task) for task in tasks]

    def _judgement(self, task: EssayTask) -> Judgement:
        decision = precheck.decide(task)
        if decision is None:
            raise NotReleased
        return precheck.judgement(task, decision)


class PersonOnly:
    """Leaves everything that code cannot decide to a person, because the student refused a model."""

    def judge(self, tasks: Sequence[EssayTask]) -> list[Judgement]:
        """One judgement per task, in order."""
        return [self._judgement(task) for task in tasks]

    def _judgement(self, task: EssayTask) -> Judgement:
        decision = precheck.decide(task)
        if decision is not None:
            return precheck.judgement(task, decision)
        return held_for_a_person(task, reason_code=MODEL_REFUSED, note=OPTED_OUT_NOTE)


def call_by_call(judge: Judge, tasks: Sequence[EssayTask]) -> list[list[EssayTask]]:
    """Return the tasks in groups that one failing call would take down together."""
    return judge.batches(tasks) if isinstance(judge, AccountedJudge) else [[task] for task in tasks]


def ask_ahead(judge: Judge, groups: Sequence[Sequence[EssayTask]]) -> None:
    """Have calls made at once that these groups would else wait for one after the other."""
    if isinstance(judge, AccountedJudge):
        judge.ask_ahead(groups)


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
        return [held_for_a_person(tasks[0], reason_code="refused", note=REFUSED_NOTE)]
    return [judgement for task in tasks for judgement in read_group(judge, [task])]


def held_for_a_person(task: EssayTask, *, reason_code: str, note: str) -> Judgement:
    """Return the judgement of an essay that no model judged: nothing scored, all of it pending."""
    return Judgement(
        question_id=task.question_id,
        outcome="needs_review",
        verdicts=tuple(
            CriterionVerdict(
                criterion.key, None, "", (), False, "needs_review", None, criterion.maximum, note
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
        reason_code=reason_code,
        flags=(MODEL_REFUSED,) if reason_code == MODEL_REFUSED else (),
        notes=(note,),
    )
