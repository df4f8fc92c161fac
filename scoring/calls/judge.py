"""A model judge whose every call is reserved, settled and kept, and never made twice."""

import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import partial
from typing import Final

import structlog
from django.conf import settings

from microcred.ai.base import ChatModel, ChatReply, FailureKind, ProviderError
from scoring.calls import concurrency, ledger, reply_cache, resumption
from scoring.calls.claims import BeingAsked
from scoring.calls.concurrency import CallResult
from scoring.calls.limits import BudgetExceeded
from scoring.calls.outgoing import Outgoing, Payer
from scoring.calls.sending import Reserved, Together, outgoing, together
from scoring.enums import CallPurpose
from scoring.essays import aside_ablation, readings
from scoring.essays.judge import ModelJudge, PreparedCall
from scoring.essays.judgement import Judgement
from scoring.essays.prompt import essay_labels
from scoring.essays.task import EssayTask
from scoring.models import ModelCall

log = structlog.get_logger(__name__)

# How long a judge waits for what another worker asks, all in all; then the job comes back later.
PATIENCE_SECONDS: Final = 10.0
MOMENT_SECONDS: Final = 0.2


class AccountedJudge:
    """Judges the essays of one assessment; ``snapshots`` names the frozen question of each.

    An essay whose fingerprint was answered before is judged by the stored reply. Where the first reading
    leaves the score in doubt, the model reads again (see ``scoring/essays/readings.py``).
    """

    def __init__(
        self,
        judge: ModelJudge,
        chat: ChatModel,
        *,
        payer: Payer,
        snapshots: Mapping[str, uuid.UUID],
        wait: Callable[[float], None] = time.sleep,
    ) -> None:
        self._judge = judge
        self._chat = chat
        self._payer = payer
        self._snapshots = snapshots
        self._wait = wait
        self._patience = PATIENCE_SECONDS
        # What was found stored of each question when the essays were put into groups; nothing, for most.
        self._found: dict[str, Judgement | None] = {}
        # What came of calls that were made before `judge` asked for them, by the essays that are in them.
        self._ahead: dict[Together, dict[str, Judgement] | ProviderError] = {}
        # Replies that say nothing about the essay they were asked about.
        self._useless: set[uuid.UUID] = set()

    def batches(self, tasks: Sequence[EssayTask]) -> list[list[EssayTask]]:
        """The tasks in groups of at most one new call each; what needs none comes first, one by one."""
        self._judge.read_ahead(tasks)
        self._found = self._known_of(tasks)
        free = [task for task in tasks if self._found[task.question_id] is not None]
        return [[task] for task in free] + self._judge.batches([task for task in tasks if task not in free])

    def ask_ahead(self, groups: Sequence[Sequence[EssayTask]]) -> None:
        """Make the calls that `judge` will make for these `batches` at once instead of one after the other.

        Those are the first readings, and the readings without asides, which hardly any first reading makes needless.
        What cannot be had is left to `judge`, and so is what there is no money for while so much is set aside.
        """
        first = [list(group) for group in groups if self._found.get(group[0].question_id) is None]
        likely = [[one] for group in first for task in group for one in self._judge.likely_again(task)]
        wanted = [*first, *likely][: settings.MODEL_CALLS_AT_ONCE]
        if len(wanted) < 2 or reply_cache.has_failed(self._fingerprints(wanted)):
            return
        prepared = [self._judge.prepare(tasks) for tasks in wanted]
        rows = ledger.reserve_together([self._outgoing(one, 1) for one in prepared], payer=self._payer)
        calls = [Reserved(one, row) for one, row in zip(prepared, rows, strict=True) if row]
        asks = [partial(self._judge.ask, one.prepared) for one in calls]
        for place, came in concurrency.ask_all(
            asks, hear=lambda place, name: resumption.note(calls[place].row, name)
        ):
            tasks = calls[place].prepared.tasks
            try:
                self._ahead[together(tasks)] = self._settled(calls[place], came)
            except ProviderError as error:
                if list(tasks) in first:
                    self._ahead[together(tasks)] = error

    def _fingerprints(self, groups: Sequence[Sequence[EssayTask]]) -> list[str]:
        return [self._judge.fingerprint(task) for group in groups for task in group]

    def judge(self, tasks: Sequence[EssayTask]) -> list[Judgement]:
        """One judgement per task, in order.

        Raises:
            ProviderError: if the provider failed; what came of the call is in the ledger.
            BudgetExceeded: if there is no money left for a first reading.
        """
        made = {task.question_id: [known] for task in tasks if (known := self._looked_up(task))}
        waiting = [task for task in tasks if task.question_id not in made]
        for group in self._judge.batches(waiting):
            made |= {key: [judgement] for key, judgement in self._obtain(group, reading=1).items()}
        doubtful = list(tasks)
        for reading in range(2, settings.MODEL_MAX_READINGS + 1):
            doubtful = [task for task in doubtful if readings.in_doubt(task, made[task.question_id])]
            again = self._read_again(doubtful, reading)
            for key, judgement in again.items():
                made[key].append(judgement)
            doubtful = [task for task in doubtful if task.question_id in again]
        return [self._checked(task, readings.settled(task, made[task.question_id])) for task in tasks]

    def _checked(self, task: EssayTask, judgement: Judgement) -> Judgement:
        """Have an essay that may speak to its reader read again without that (``scoring/essays/aside_ablation.py``)."""
        without = self._judge.without_asides(task, judgement)
        return aside_ablation.confirm_by_rereading(task, judgement, without, self._without_asides)

    def _without_asides(self, task: EssayTask) -> Judgement | None:
        made = self._ahead.pop(together([task]), None)
        if isinstance(made, dict):
            return made[task.question_id]
        try:
            return self._known(task) or self._obtain([task], reading=1)[task.question_id]
        except (ProviderError, BudgetExceeded) as error:
            # Nothing lifts the suspicion, so a person decides; the first reading is not lost.
            log.warning("essay_not_read_without_asides", error=type(error).__name__)
            return None

    def recall(self, task: EssayTask) -> Judgement | None:
        """Return the judgement that stored replies alone make; None where one would have to be asked for first."""
        first = self._known(task)
        if first is None or self.missing(task) is not task:
            return None
        return aside_ablation.confirm_by_rereading(
            task, first, self._judge.without_asides(task, first), self._known
        )

    def missing(self, task: EssayTask) -> EssayTask:
        """Return what is to be asked about of an essay that cannot be recalled: all of it, or it without asides."""
        first = self._known(task)
        if first is None:
            return task
        return (
            aside_ablation.unread(task, first, self._judge.without_asides(task, first), self._known) or task
        )

    def call_for_batch(self, task: EssayTask, *, share: Decimal) -> tuple[PreparedCall, Outgoing]:
        """Return the call that would ask about one essay, at ``share`` of the price; nothing is reserved."""
        prepared = self._judge.prepare([task])
        return prepared, self._outgoing(prepared, 1, purpose=CallPurpose.RESCORING, share=share)

    def flaw(self, task: EssayTask, content: str) -> FailureKind | None:
        """Return what is wrong with a reply to ``call_for_batch``, if it is of no use."""
        (label,) = essay_labels([task])
        try:
            self._judge.read_again(task, label, reply_cache.unpriced(content, model=self._chat.model))
        except ProviderError as error:
            return error.kind
        return None

    def _read_again(self, doubtful: Sequence[EssayTask], reading: int) -> dict[str, Judgement]:
        again = {task.question_id: known for task in doubtful if (known := self._stored(task, reading))}
        for group in self._judge.batches([task for task in doubtful if task.question_id not in again]):
            try:
                again |= self._obtain(group, reading=reading)
            except (ProviderError, BudgetExceeded) as error:
                # What was read so far stands: a further reading is worth no retry and no lost score.
                log.warning("essays_not_read_again", error=type(error).__name__, essays=len(group))
        return again

    def _looked_up(self, task: EssayTask) -> Judgement | None:
        """What was found before, once. Whoever answered since is noticed when the call is reserved."""
        if task.question_id in self._found:
            return self._found.pop(task.question_id)
        return self._known(task)

    def _known_of(self, tasks: Sequence[EssayTask]) -> dict[str, Judgement | None]:
        """What is known of each; of most nothing, which one statement finds out."""
        found = {task.question_id: self._judge.decided(task) for task in tasks}
        undecided = [task for task in tasks if found[task.question_id] is None]
        answered = reply_cache.answered(self._fingerprints([undecided]), reading=1)
        for task in undecided:
            if self._judge.fingerprint(task) in answered:
                found[task.question_id] = self._stored(task, 1)
        return found

    def _known(self, task: EssayTask) -> Judgement | None:
        return self._judge.decided(task) or self._stored(task, 1)

    def _stored(self, task: EssayTask, reading: int) -> Judgement | None:
        fingerprint = self._judge.fingerprint(task)
        for found in reply_cache.find(fingerprint, reading=reading, assessment_id=self._payer.assessment_id):
            try:
                judgement = self._judge.read_again(task, found.label, found.reply)
            except ProviderError:
                # The reply said nothing about this essay.
                self._useless.add(found.call_id)
                continue
            return replace(judgement, calls=(str(found.call_id),))
        return None

    def _obtain(self, tasks: Sequence[EssayTask], *, reading: int) -> dict[str, Judgement]:
        """Ask about the essays, but wait for what another worker is asking about and read its reply.

        What a reply to several essays leaves out is asked about again, without the others.
        """
        found: dict[str, Judgement] = {}
        while waiting := [task for task in tasks if task.question_id not in found]:
            try:
                found |= self._ask(waiting, reading=reading)
            except BeingAsked as held:
                self._wait_for(held)
                known = {task.question_id: self._stored(task, reading) for task in waiting}
                found |= {key: judgement for key, judgement in known.items() if judgement}
        return found

    def _wait_for(self, held: BeingAsked) -> None:
        """Wait a moment; raises ProviderError when that has been done for long enough."""
        if self._patience <= 0:
            raise ProviderError(
                "another worker asks about the same essay",
                retryable=True,
                kind="in_progress",
                retry_after=held.seconds,
            )
        self._patience -= MOMENT_SECONDS
        if held.seconds:
            self._wait(MOMENT_SECONDS)

    def _ask(self, tasks: Sequence[EssayTask], *, reading: int) -> dict[str, Judgement]:
        """Make one call and settle it, whatever comes of it; or take what came of it when it was made ahead."""
        made = self._ahead.pop(together(tasks), None) if reading == 1 else None
        if isinstance(made, ProviderError):
            raise made
        if made is not None:
            return made
        reserved = self._reserve(tasks, reading)
        came = concurrency.ask(
            partial(self._judge.ask, reserved.prepared), hear=partial(resumption.note, reserved.row)
        )
        return self._settled(reserved, came)

    def _reserve(self, tasks: Sequence[EssayTask], reading: int) -> Reserved:
        failed = reply_cache.failed_for_good(self._fingerprints([tasks]), payer=self._payer)
        if failed is not None:
            raise ProviderError("the same call failed before", retryable=False, kind=failed)
        prepared = self._judge.prepare(tasks)
        return Reserved(prepared, ledger.reserve(self._outgoing(prepared, reading), payer=self._payer))

    def _settled(self, reserved: Reserved, came: CallResult) -> dict[str, Judgement]:
        """Settle a call; return what it says of each essay, or raise how it failed."""
        if isinstance(came.reply, ProviderError):
            if not resumption.may_still_come(reserved.row, came.reply):
                ledger.settle_failure(reserved.row, came.reply.kind, latency_ms=came.latency_ms)
            raise came.reply
        judged = self._read(reserved.prepared, reserved.row, came.reply)
        said = [one for one in judged if one.raw or len(judged) == 1]
        return {one.question_id: replace(one, calls=(str(reserved.row.pk),)) for one in said}

    def _read(self, prepared: PreparedCall, call: ModelCall, reply: ChatReply) -> list[Judgement]:
        try:
            judged = self._judge.read(prepared, reply)
        except ProviderError as error:
            ledger.settle(call, reply, outcome=error.kind)
            raise
        ledger.settle(call, reply)
        return judged

    def _outgoing(
        self,
        prepared: PreparedCall,
        reading: int,
        *,
        purpose: CallPurpose | None = None,
        share: Decimal = Decimal(1),
    ) -> Outgoing:
        return outgoing(
            self._judge,
            prepared,
            provider=self._chat.provider,
            model=self._chat.model,
            snapshots=[self._snapshots[task.question_id] for task in prepared.tasks],
            purpose=purpose or (CallPurpose.SCORING if reading == 1 else CallPurpose.READING),
            reading=reading,
            seen=frozenset(self._useless),
            share=share,
        )
