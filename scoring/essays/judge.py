"""A judge that asks a chat model.

What code can decide never reaches the model. The rest goes in as few calls as fit, an
essay that seems to speak to the grader always alone. Whatever such an essay was given, it
is held for a person, and so is one whose words do not bear out the best level everywhere: the
verdicts become proposals without points.
"""

import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from microcred.ai.base import ChatModel, ChatReply
from scoring.essays import precheck
from scoring.essays.injection import Suspicion, suspicions
from scoring.essays.judgement import CriterionVerdict, Judgement, Outcome, Quote
from scoring.essays.marks import total
from scoring.essays.plausibility import is_too_good
from scoring.essays.prompt import PROMPT_VERSION, Prompt, build
from scoring.essays.redaction import Redact, Redacted, redact
from scoring.essays.reply import EssayReply, read_reply
from scoring.essays.schema import SCHEMA_NAME, reply_schema
from scoring.essays.task import EssayTask

MOST_CHARACTERS_PER_CALL: Final = 40_000
MOST_ESSAYS_PER_CALL: Final = 8
# How much of two answers is read across the seam between them.
SEAM: Final = 240
TOKENS_PER_CRITERION: Final = 450
TOKENS_PER_ESSAY: Final = 150
# A single reading by a model: two readings of one essay differ now and then.
SINGLE_READING: Final = 0.2
SPEAKS_TO_GRADER: Final = "the answer speaks to the grader"
TOO_GOOD: Final = "the best level everywhere, for an answer that says little of what is looked for"
# The name under which the settings choose the model.
TASK: Final = "scoring"


def fresh_nonce() -> str:
    """16 hexadecimal digits nobody can guess."""
    return secrets.token_hex(8)


@dataclass(frozen=True, slots=True)
class PreparedCall:
    """One call before it is made. `tasks` are as the students wrote; `sent` are the same tasks with
    the redacted answers that go into the prompt."""

    tasks: tuple[EssayTask, ...]
    redacted: tuple[Redacted, ...]
    prompt: Prompt
    schema: Mapping[str, Any]
    max_tokens: int

    @property
    def sent(self) -> tuple[EssayTask, ...]:
        """The tasks as the model gets them."""
        return tuple(_as_sent(task, one) for task, one in zip(self.tasks, self.redacted, strict=True))


class ModelJudge:
    """Judges through a `ChatModel`; a `ProviderError` of the model passes through.

    `redact` replaces what identifies a person in every answer before it is sent; quotes and
    offsets in what comes back are those of the answer as it was written.
    """

    def __init__(
        self,
        chat: ChatModel,
        draw_nonce: Callable[[], str] = fresh_nonce,
        redact: Redact = redact,
    ) -> None:
        self._chat = chat
        self._draw_nonce = draw_nonce
        self._redact = redact

    @property
    def prompt_version(self) -> str:
        """Version of the prompt that every call uses."""
        return PROMPT_VERSION

    def judge(self, tasks: Sequence[EssayTask]) -> list[Judgement]:
        """One judgement per task, in order. To keep what earlier calls brought when a later
        one fails, judge `batches` one by one."""
        found: dict[int, Judgement] = {}
        for batch in _batched(tasks):
            group = [tasks[at] for at in batch]
            found.update(zip(batch, self._judge_batch(group), strict=True))
        return [found[at] for at in range(len(tasks))]

    def batches(self, tasks: Sequence[EssayTask]) -> list[list[EssayTask]]:
        """The tasks in groups of at most one call each, in the order `judge` makes them."""
        return [[tasks[at] for at in batch] for batch in _batched(tasks)]

    def decided(self, task: EssayTask) -> Judgement | None:
        """The judgement of an answer that needs no call, or None for one that does."""
        decision = precheck.decide(task)
        return None if decision is None else precheck.judgement(task, decision)

    def prepare(self, tasks: Sequence[EssayTask]) -> PreparedCall:
        """What one call over `tasks` would send."""
        redacted = tuple(self._redact(task.answer) for task in tasks)
        sent = [_as_sent(task, one) for task, one in zip(tasks, redacted, strict=True)]
        return PreparedCall(
            tasks=tuple(tasks),
            redacted=redacted,
            prompt=build(sent, self._draw_nonce),
            schema=reply_schema(sent),
            max_tokens=sum(TOKENS_PER_ESSAY + TOKENS_PER_CRITERION * len(t.criteria) for t in tasks),
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
            self._judgement(task, redacted, essay, reply)
            for task, redacted, essay in zip(call.tasks, call.redacted, essays, strict=True)
        ]
        return _with_costs(judged, call.tasks, reply)

    def fingerprint(self, task: EssayTask) -> str:
        """The fingerprint of what would be sent of `task`, with prompt version and model."""
        return _as_sent(task, self._redact(task.answer)).fingerprint(PROMPT_VERSION, self._chat.model)

    def read_again(self, task: EssayTask, label: str, reply: ChatReply) -> Judgement:
        """The judgement that a stored reply gives on the one essay that it calls `label`; the
        tokens and costs of `reply` are those of this essay."""
        redacted = self._redact(task.answer)
        (essay,) = read_reply(reply.content, [_as_sent(task, redacted)], [label])
        return _with_costs([self._judgement(task, redacted, essay, reply)], [task], reply)[0]

    def _judge_batch(self, tasks: Sequence[EssayTask]) -> list[Judgement]:
        decided = self.decided(tasks[0])
        if decided is not None:
            return [decided]
        call = self.prepare(tasks)
        return self.read(call, self.ask(call))

    def _judgement(
        self, task: EssayTask, redacted: Redacted, essay: EssayReply, reply: ChatReply
    ) -> Judgement:
        suspected = suspicions(task.answer)
        held = bool(suspected) or essay.instructions_noted
        verdicts = tuple(_in_the_answer(verdict, redacted) for verdict in essay.verdicts)
        why = SPEAKS_TO_GRADER if held else TOO_GOOD if is_too_good(task, verdicts) else ""
        verdicts = tuple(_hold(verdict, why) for verdict in verdicts) if why else verdicts
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
            prompt_version=PROMPT_VERSION,
            latency_ms=reply.latency_ms,
            raw=essay.raw,
            injection_suspected=held,
            uncertainty=_uncertainty(task, verdicts),
            notes=(*essay.notes, *_suspicion_notes(suspected, essay.instructions_noted)),
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


def _batched(tasks: Sequence[EssayTask]) -> Iterator[list[int]]:
    """Positions of the tasks, call by call; what code decides is a group of its own."""
    group: list[int] = []
    used = 0
    for at, task in enumerate(tasks):
        if precheck.decide(task) is not None or suspicions(task.answer):
            yield [at]
            continue
        size = _characters(task)
        is_full = used + size > MOST_CHARACTERS_PER_CALL or len(group) == MOST_ESSAYS_PER_CALL
        if group and (is_full or any(_speak_together(tasks[one], task) for one in group)):
            yield group
            group, used = [], 0
        group.append(at)
        used += size
    if group:
        yield group


def _speak_together(first: EssayTask, second: EssayTask) -> bool:
    """Whether two answers that are clean each by itself address the grader when read one after the other."""
    return bool(suspicions(f"{first.answer[-SEAM:]} {second.answer[:SEAM]}"))


def _characters(task: EssayTask) -> int:
    rubric = sum(
        len(c.explanation) + len(c.guidance) + sum(len(level.description) for level in c.levels)
        for c in task.criteria
    )
    return len(task.prompt) + len(task.answer) + len(task.model_answer) + len(task.grader_notes) + rubric


def _hold(verdict: CriterionVerdict, why: str) -> CriterionVerdict:
    note = "; ".join(filter(None, (f"held: {why}", verdict.note)))
    return replace(verdict, status="needs_review", points=None, note=note)


def _suspicion_notes(suspected: Sequence[Suspicion], noted_by_model: bool) -> tuple[str, ...]:
    found = [f"{s.family} at {s.start}-{s.end}" for s in suspected]
    return (*found, "the model noted instructions in the answer") if noted_by_model else tuple(found)


def _uncertainty(task: EssayTask, verdicts: Sequence[CriterionVerdict]) -> float:
    weights = {criterion.key: float(criterion.weight) for criterion in task.criteria}
    waiting = sum(weights[v.criterion_key] for v in verdicts if v.status != "scored")
    return round(SINGLE_READING + (1 - SINGLE_READING) * waiting / sum(weights.values()), 4)


def _with_costs(judged: Sequence[Judgement], tasks: Sequence[EssayTask], reply: ChatReply) -> list[Judgement]:
    sizes = [_characters(task) for task in tasks]
    inputs = _portions(reply.input_tokens, sizes)
    outputs = _portions(reply.output_tokens, [len(task.criteria) for task in tasks])
    costs = _portions(reply.cost_microcents, sizes)
    return [
        replace(j, input_tokens=i, output_tokens=o, cost_microcents=c)
        for j, i, o, c in zip(judged, inputs, outputs, costs, strict=True)
    ]


def _portions(amount: int, shares: Sequence[int]) -> list[int]:
    """`amount` divided in proportion to `shares`, in whole numbers that add up to it."""
    whole, given, passed = max(sum(shares), 1), 0, 0
    portions: list[int] = []
    for share in shares:
        passed += share
        upto = amount * passed // whole
        portions.append(upto - given)
        given = upto
    return portions
