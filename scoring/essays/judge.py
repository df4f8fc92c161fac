"""A judge that asks a chat model.

What code can decide never reaches the model. The rest goes in as few calls as fit, an
essay that seems to speak to the grader always alone. An essay is held for a person, its
verdicts proposals without points, where it gives orders that code recognises, where the
model gives the control criterion more than nothing, where its words do not bear out a best
level, and where it is judged lower without what may speak to its reader.
"""

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, Final

from microcred.ai.base import ChatModel, ChatReply
from scoring.essays import aside_ablation, precheck
from scoring.essays.bag_of_words import as_bag_of_words
from scoring.essays.batching import batched, characters, portions
from scoring.essays.control import Controlled, controlled
from scoring.essays.injection import Suspicion, suspicions
from scoring.essays.judgement import CriterionVerdict, Judgement, Outcome, Quote
from scoring.essays.marks import total
from scoring.essays.prompt import CURRENT, Instructions, Prompt, build
from scoring.essays.redaction import Redact, Redacted, redact
from scoring.essays.reply import EssayReply, read_reply
from scoring.essays.safeguards import PlainSafeguards, Safeguards
from scoring.essays.schema import SCHEMA_NAME, reply_schema
from scoring.essays.task import EssayTask

TOKENS_PER_CRITERION: Final = 450
TOKENS_PER_ESSAY: Final = 150
# A single reading by a model: two readings of one essay differ now and then.
SINGLE_READING: Final = 0.2
SPEAKS_TO_GRADER: Final = "the answer speaks to the grader"
CONTROL_RAISED: Final = "control_raised"
NOT_TO_BE_TRUSTED: Final = "the model finds in the answer what cannot be there"
# The name under which the settings choose the model.
TASK: Final = "scoring"


def fresh_nonce() -> str:
    """16 hexadecimal digits nobody can guess."""
    return secrets.token_hex(8)


@dataclass(frozen=True, slots=True)
class PreparedCall:
    """One call before it is made. `tasks` are as the students wrote; `sent` are the same tasks as
    the model gets them, with redacted answers and a control among the criteria."""

    tasks: tuple[EssayTask, ...]
    redacted: tuple[Redacted, ...]
    controlled: tuple[Controlled, ...]
    prompt: Prompt
    schema: Mapping[str, Any]
    max_tokens: int

    @property
    def sent(self) -> tuple[EssayTask, ...]:
        """The tasks as the model gets them."""
        return tuple(one.asked for one in self.controlled)


class ModelJudge:
    """Judges through a `ChatModel`; a `ProviderError` of the model passes through.

    `redact` replaces what identifies a person in every answer before it is sent; quotes and
    offsets in what comes back are those of the answer as it was written. `safeguards` look at
    answer and verdicts without the model.
    """

    def __init__(
        self,
        chat: ChatModel,
        draw_nonce: Callable[[], str] = fresh_nonce,
        redact: Redact = redact,
        instructions: Instructions = CURRENT,
        safeguards: Safeguards | None = None,
    ) -> None:
        self._chat = chat
        self._draw_nonce = draw_nonce
        # One answer is asked about several times, and a judge is made for the essays of one job.
        self._redact: Redact = cache(redact)
        self._fingerprint: Callable[[EssayTask], str] = cache(self._fingerprint_of)
        self._instructions = instructions
        self._safeguards = safeguards or PlainSafeguards()

    @property
    def instructions(self) -> Instructions:
        """The system part of every call, with its version."""
        return self._instructions

    @property
    def prompt_version(self) -> str:
        """Version of the prompt that every call uses."""
        return self._instructions.version

    def judge(self, tasks: Sequence[EssayTask]) -> list[Judgement]:
        """One judgement per task, in order. To keep what earlier calls brought when a later
        one fails, judge `batches` one by one."""
        found: dict[int, Judgement] = {}
        for batch in batched(tasks, self._stands_alone):
            group = [tasks[at] for at in batch]
            found.update(zip(batch, self._judge_batch(group), strict=True))
        return [self._read_without_asides(task, found[at]) for at, task in enumerate(tasks)]

    def batches(self, tasks: Sequence[EssayTask]) -> list[list[EssayTask]]:
        """The tasks in groups of at most one call each, in the order `judge` makes them."""
        return [[tasks[at] for at in batch] for batch in batched(tasks, self._stands_alone)]

    def read_ahead(self, tasks: Sequence[EssayTask]) -> None:
        """Begin with what takes longest of looking at these answers, and do the rest meanwhile: `batches` will ask
        for both."""
        waiting = [task for task in tasks if precheck.decide(task) is None]
        self._safeguards.read_ahead(waiting)
        for task in waiting:
            suspicions(task.answer)

    def decided(self, task: EssayTask) -> Judgement | None:
        """The judgement of an answer that needs no call, or None for one that does."""
        decision = precheck.decide(task)
        return None if decision is None else precheck.judgement(task, decision)

    def without_asides(self, task: EssayTask, judgement: Judgement) -> tuple[EssayTask, ...]:
        """The task without what its answer may say to its reader: reduced to bare words, and cut out.
        None where there is no such thing, or nothing to gain by it. See `aside_ablation.confirm_by_rereading`."""
        return self._rewritten(task) if aside_ablation.is_worth_a_second_reading(task, judgement) else ()

    def likely_again(self, task: EssayTask) -> tuple[EssayTask, ...]:
        """The task that is most likely read next: the first of `without_asides`, unless the first reading finds nothing
        to be gained or is not to be trusted. Of an essay that gives orders there is none."""
        return () if suspicions(task.answer) else self._rewritten(task)[:1]

    def _rewritten(self, task: EssayTask) -> tuple[EssayTask, ...]:
        asides = self._safeguards.possible_asides(task)
        if not asides:
            return ()
        hidden = [(one.start, one.end) for one in self._redact(task.answer).replacements]
        bare, cut = as_bag_of_words(task, asides, hidden), aside_ablation.remove_asides(task, asides)
        return (cut,) if bare.answer == cut.answer else (bare, cut)

    def prepare(self, tasks: Sequence[EssayTask]) -> PreparedCall:
        """What one call over `tasks` would send."""
        redacted = tuple(self._redact(task.answer) for task in tasks)
        asked = tuple(self._controlled(task, one) for task, one in zip(tasks, redacted, strict=True))
        sent = [one.asked for one in asked]
        return PreparedCall(
            tasks=tuple(tasks),
            redacted=redacted,
            controlled=asked,
            prompt=build(sent, self._draw_nonce, self._instructions),
            schema=reply_schema(sent),
            max_tokens=sum(TOKENS_PER_ESSAY + TOKENS_PER_CRITERION * len(t.criteria) for t in sent),
        )

    def ask(self, call: PreparedCall) -> ChatReply:
        """Make the call."""
        return self._chat.complete(
            system=call.prompt.system,
            user=call.prompt.user,
            schema_name=SCHEMA_NAME,
            schema=call.schema,
            task=TASK,
            max_tokens=call.max_tokens,
        )

    def read(self, call: PreparedCall, reply: ChatReply) -> list[Judgement]:
        """One judgement per task of the call, in order, with its part of the costs."""
        essays = read_reply(reply.content, call.sent, call.prompt.labels)
        judged = [
            self._judgement(task, redacted, control, essay, reply)
            for task, redacted, control, essay in zip(
                call.tasks, call.redacted, call.controlled, essays, strict=True
            )
        ]
        return _with_costs(judged, call.tasks, reply)

    def fingerprint(self, task: EssayTask) -> str:
        """The fingerprint of what would be sent of `task`, with prompt version and model."""
        return self._fingerprint(task)

    def read_again(self, task: EssayTask, label: str, reply: ChatReply) -> Judgement:
        """The judgement that a stored reply gives on the one essay that it calls `label`; the
        tokens and costs of `reply` are those of this essay."""
        redacted = self._redact(task.answer)
        control = self._controlled(task, redacted)
        (essay,) = read_reply(reply.content, [control.asked], [label])
        return _with_costs([self._judgement(task, redacted, control, essay, reply)], [task], reply)[0]

    def _controlled(self, task: EssayTask, redacted: Redacted) -> Controlled:
        return controlled(_as_sent(task, redacted), self._fingerprint(task))

    def _fingerprint_of(self, task: EssayTask) -> str:
        return _as_sent(task, self._redact(task.answer)).fingerprint(self.prompt_version, self._chat.model)

    def _stands_alone(self, task: EssayTask) -> bool:
        return bool(suspicions(task.answer) or self._safeguards.asides(task))

    def _read_without_asides(self, task: EssayTask, judgement: Judgement) -> Judgement:
        without = self.without_asides(task, judgement)
        return aside_ablation.confirm_by_rereading(
            task, judgement, without, lambda one: self._judge_batch([one])[0]
        )

    def _judge_batch(self, tasks: Sequence[EssayTask]) -> list[Judgement]:
        decided = self.decided(tasks[0])
        if decided is not None:
            return [decided]
        call = self.prepare(tasks)
        return self.read(call, self.ask(call))

    def _judgement(
        self, task: EssayTask, redacted: Redacted, control: Controlled, essay: EssayReply, reply: ChatReply
    ) -> Judgement:
        own, asked_too = control.split(essay.verdicts)
        suspected = suspicions(task.answer)
        trusted = control.is_passed(asked_too)
        verdicts = tuple(_in_the_answer(verdict, redacted) for verdict in own)
        held = bool(suspected) or essay.instructions_noted
        why = SPEAKS_TO_GRADER if held else self._safeguards.doubt(task, verdicts)
        if not trusted:
            verdicts = tuple(_withdrawn(verdict) for verdict in verdicts)
        elif why:
            verdicts = tuple(_hold(verdict, why) for verdict in verdicts)
        score, scored_weight = total(task, verdicts)
        outcome: Outcome = "scored" if all(v.status == "scored" for v in verdicts) else "needs_review"
        return Judgement(
            question_id=task.question_id,
            outcome=outcome,
            verdicts=verdicts,
            score=score,
            maximum=task.maximum,
            scored_weight=scored_weight,
            provider=self._chat.provider,
            model=reply.model,
            prompt_version=self.prompt_version,
            latency_ms=reply.latency_ms,
            raw=essay.raw,
            injection_suspected=held or not trusted,
            uncertainty=_uncertainty(task, verdicts),
            notes=(*essay.notes, *_suspicion_notes(suspected, essay.instructions_noted)),
            flags=() if trusted else (CONTROL_RAISED,),
        )


def _as_sent(task: EssayTask, redacted: Redacted) -> EssayTask:
    return replace(task, answer=redacted.text)


def _in_the_answer(verdict: CriterionVerdict, redacted: Redacted) -> CriterionVerdict:
    """The verdict with quotes and reason in the words of the answer instead of placeholders."""
    spans = [redacted.span(quote.start, quote.end) for quote in verdict.quotes]
    return replace(
        verdict,
        quotes=tuple(Quote(redacted.original[start:end], start, end) for start, end in spans),
        reason=redacted.restore(verdict.reason),
    )


def _hold(verdict: CriterionVerdict, why: str) -> CriterionVerdict:
    note = "; ".join(filter(None, (f"held: {why}", verdict.note)))
    return replace(verdict, status="needs_review", points=None, note=note)


def _withdrawn(verdict: CriterionVerdict) -> CriterionVerdict:
    """A verdict of a reading that is worth nothing: not even a proposal is left."""
    return replace(
        verdict,
        level_id=None,
        reason="",
        quotes=(),
        absence=False,
        status="needs_review",
        points=None,
        note=f"held: {NOT_TO_BE_TRUSTED}",
    )


def _suspicion_notes(suspected: Sequence[Suspicion], noted_by_model: bool) -> tuple[str, ...]:
    found = [f"{s.family} at {s.start}-{s.end}" for s in suspected]
    return (*found, "the model noted instructions in the answer") if noted_by_model else tuple(found)


def _uncertainty(task: EssayTask, verdicts: Sequence[CriterionVerdict]) -> float:
    weights = {criterion.key: float(criterion.weight) for criterion in task.criteria}
    waiting = sum(weights[v.criterion_key] for v in verdicts if v.status != "scored")
    return round(SINGLE_READING + (1 - SINGLE_READING) * waiting / sum(weights.values()), 4)


def _with_costs(judged: Sequence[Judgement], tasks: Sequence[EssayTask], reply: ChatReply) -> list[Judgement]:
    sizes = [characters(task) for task in tasks]
    inputs = portions(reply.input_tokens, sizes)
    outputs = portions(reply.output_tokens, [len(task.criteria) for task in tasks])
    costs = portions(reply.cost_microcents, sizes)
    return [
        replace(j, input_tokens=i, output_tokens=o, cost_microcents=c)
        for j, i, o, c in zip(judged, inputs, outputs, costs, strict=True)
    ]
