"""A judge that asks a chat model.

What code can decide never reaches the model. The rest goes in as few calls as fit, an
essay that seems to speak to the grader always alone. Whatever such an essay was given, it
is held for a person: its verdicts become proposals without points.
"""

import secrets
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Final

from microcred.ai.base import ChatModel, ChatReply
from scoring.essays import precheck
from scoring.essays.injection import Suspicion, suspicions
from scoring.essays.judgement import CriterionVerdict, Judgement, Outcome
from scoring.essays.marks import total
from scoring.essays.prompt import PROMPT_VERSION, build
from scoring.essays.reply import EssayReply, read_reply
from scoring.essays.schema import SCHEMA_NAME, reply_schema
from scoring.essays.task import EssayTask

MOST_CHARACTERS_PER_CALL: Final = 40_000
MOST_ESSAYS_PER_CALL: Final = 8
TOKENS_PER_CRITERION: Final = 450
TOKENS_PER_ESSAY: Final = 150
# A single reading by a model: two readings of one essay differ now and then.
SINGLE_READING: Final = 0.2


def fresh_nonce() -> str:
    """16 hexadecimal digits nobody can guess."""
    return secrets.token_hex(8)


class ModelJudge:
    """Judges through a `ChatModel`; a `ProviderError` of the model passes through."""

    def __init__(self, chat: ChatModel, draw_nonce: Callable[[], str] = fresh_nonce) -> None:
        self._chat = chat
        self._draw_nonce = draw_nonce

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

    def _judge_batch(self, tasks: Sequence[EssayTask]) -> list[Judgement]:
        decision = precheck.decide(tasks[0])
        if decision is not None:
            return [precheck.judgement(tasks[0], decision)]
        prompt = build(tasks, self._draw_nonce)
        reply = self._chat.complete(
            system=prompt.system,
            user=prompt.user,
            schema_name=SCHEMA_NAME,
            schema=reply_schema(tasks),
            task="scoring",
            max_tokens=sum(TOKENS_PER_ESSAY + TOKENS_PER_CRITERION * len(t.criteria) for t in tasks),
        )
        essays = read_reply(reply.content, tasks, prompt.labels)
        judged = [self._judgement(task, essay, reply) for task, essay in zip(tasks, essays, strict=True)]
        return _with_costs(judged, tasks, reply)

    def _judgement(self, task: EssayTask, essay: EssayReply, reply: ChatReply) -> Judgement:
        suspected = suspicions(task.answer)
        held = bool(suspected) or essay.instructions_noted
        verdicts = tuple(_hold(v) for v in essay.verdicts) if held else essay.verdicts
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


def _batched(tasks: Sequence[EssayTask]) -> Iterator[list[int]]:
    """Positions of the tasks, call by call; what code decides is a group of its own."""
    group: list[int] = []
    used = 0
    for at, task in enumerate(tasks):
        if precheck.decide(task) is not None or suspicions(task.answer):
            yield [at]
            continue
        size = _characters(task)
        if group and (used + size > MOST_CHARACTERS_PER_CALL or len(group) == MOST_ESSAYS_PER_CALL):
            yield group
            group, used = [], 0
        group.append(at)
        used += size
    if group:
        yield group


def _characters(task: EssayTask) -> int:
    rubric = sum(
        len(c.explanation) + len(c.guidance) + sum(len(level.description) for level in c.levels)
        for c in task.criteria
    )
    return len(task.prompt) + len(task.answer) + len(task.model_answer) + len(task.grader_notes) + rubric


def _hold(verdict: CriterionVerdict) -> CriterionVerdict:
    note = "; ".join(filter(None, ("held: the answer speaks to the grader", verdict.note)))
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
