"""A model judge whose every call is reserved, settled and kept, and never made twice."""

import json
import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import replace

import structlog
from django.conf import settings

from microcred.ai import providers
from microcred.ai.base import ChatModel, ChatReply, ProviderError
from scoring.calls import ledger, stored
from scoring.calls.ledger import BudgetExceeded, Outgoing, Payer, SentAnswer
from scoring.enums import CallPurpose
from scoring.essays import readings
from scoring.essays.judge import ModelJudge, PreparedCall
from scoring.essays.judgement import Judgement
from scoring.essays.prompt import PROMPT_SHA256
from scoring.essays.task import EssayTask
from scoring.models import ModelCall

log = structlog.get_logger(__name__)


class AccountedJudge:
    """Judges the essays of one assessment; ``snapshots`` names the frozen question of each.

    An essay whose fingerprint was answered before is judged by the stored reply. Where the first reading
    leaves the score in doubt, the model reads again (see ``scoring/essays/readings.py``).
    """

    def __init__(
        self, judge: ModelJudge, chat: ChatModel, *, payer: Payer, snapshots: Mapping[str, uuid.UUID]
    ) -> None:
        self._judge = judge
        self._chat = chat
        self._payer = payer
        self._snapshots = snapshots

    def batches(self, tasks: Sequence[EssayTask]) -> list[list[EssayTask]]:
        """The tasks in groups of at most one new call each; what needs none comes first, one by one."""
        free = [task for task in tasks if self._known(task) is not None]
        return [[task] for task in free] + self._judge.batches([task for task in tasks if task not in free])

    def judge(self, tasks: Sequence[EssayTask]) -> list[Judgement]:
        """One judgement per task, in order.

        Raises:
            ProviderError: if the provider failed; what came of the call is in the ledger.
            BudgetExceeded: if there is no money left for a first reading.
        """
        made = {task.question_id: [known] for task in tasks if (known := self._known(task))}
        waiting = [task for task in tasks if task.question_id not in made]
        for group in self._judge.batches(waiting):
            made |= {key: [judgement] for key, judgement in self._ask(group, reading=1).items()}
        doubtful = list(tasks)
        for reading in range(2, settings.MODEL_MAX_READINGS + 1):
            doubtful = [task for task in doubtful if readings.in_doubt(task, made[task.question_id])]
            again = self._read_again(doubtful, reading)
            for key, judgement in again.items():
                made[key].append(judgement)
            doubtful = [task for task in doubtful if task.question_id in again]
        return [readings.settled(task, made[task.question_id]) for task in tasks]

    def _read_again(self, doubtful: Sequence[EssayTask], reading: int) -> dict[str, Judgement]:
        again = {task.question_id: known for task in doubtful if (known := self._stored(task, reading))}
        for group in self._judge.batches([task for task in doubtful if task.question_id not in again]):
            try:
                again |= self._ask(group, reading=reading)
            except (ProviderError, BudgetExceeded) as error:
                # What was read so far stands: a further reading is worth no retry and no lost score.
                log.warning("essays_not_read_again", error=type(error).__name__, essays=len(group))
        return again

    def _known(self, task: EssayTask) -> Judgement | None:
        return self._judge.decided(task) or self._stored(task, 1)

    def _stored(self, task: EssayTask, reading: int) -> Judgement | None:
        found = stored.find(
            self._judge.fingerprint(task), reading=reading, assessment_id=self._payer.assessment_id
        )
        if found is None:
            return None
        try:
            judgement = self._judge.read_again(task, found.label, found.reply)
        except ProviderError:
            # The reply said nothing about this essay.
            return None
        return replace(judgement, calls=(str(found.call_id),))

    def _ask(self, tasks: Sequence[EssayTask], *, reading: int) -> dict[str, Judgement]:
        """Make one call and settle it, whatever comes of it."""
        failed = stored.failed_for_good([self._judge.fingerprint(task) for task in tasks], payer=self._payer)
        if failed is not None:
            raise ProviderError("the same call failed before", retryable=False, kind=failed)
        prepared = self._judge.prepare(tasks)
        call = ledger.reserve(self._outgoing(prepared, reading), payer=self._payer)
        started = time.monotonic()
        try:
            reply = self._judge.ask(prepared)
        except ProviderError as error:
            ledger.settle_failure(call, error.kind, latency_ms=round((time.monotonic() - started) * 1000))
            raise
        judged = self._read(prepared, call, reply)
        return {one.question_id: replace(one, calls=(str(call.pk),)) for one in judged}

    def _read(self, prepared: PreparedCall, call: ModelCall, reply: ChatReply) -> list[Judgement]:
        try:
            judged = self._judge.read(prepared, reply)
        except ProviderError as error:
            ledger.settle(call, reply, outcome=error.kind)
            raise
        ledger.settle(call, reply)
        return judged

    def _outgoing(self, prepared: PreparedCall, reading: int) -> Outgoing:
        prompt = prepared.prompt
        everything = prompt.system + prompt.user + json.dumps(prepared.schema)
        limited = bool(ledger.month_limit() or ledger.assessment_limit())
        return Outgoing(
            purpose=CallPurpose.SCORING if reading == 1 else CallPurpose.READING,
            reading=reading,
            provider=self._chat.provider,
            host=providers.chat_host(),
            model=self._chat.model,
            prompt_version=prompt.version,
            prompt_sha256=PROMPT_SHA256,
            prompt=prompt.user,
            answers=[
                SentAnswer(
                    snapshot_id=self._snapshots[task.question_id],
                    label=label,
                    fingerprint=self._judge.fingerprint(task),
                    text=redacted.text,
                    replaced=redacted.counts(),
                )
                for task, label, redacted in zip(
                    prepared.tasks, prompt.labels, prepared.redacted, strict=True
                )
            ],
            highest_microcents=providers.highest_chat_cost(
                self._chat.model, sent=everything, max_tokens=prepared.max_tokens, assume_price=limited
            ),
        )
