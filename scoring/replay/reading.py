"""Stored replies read again, through the evidence lock and from levels to points, with no model and no network.

Everything goes as it went in ``scoring.calls.judge``, with the recorded replies in the place of calls: a first reading,
further ones as long as the score is in doubt, and one without asides where the answer speaks to its reader.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from microcred.ai.base import EmbedderError, ProviderError
from scoring.calls.reply_cache import unpriced
from scoring.calls.writer import Writer
from scoring.essays import aside_ablation, readings
from scoring.essays.judge import ModelJudge
from scoring.essays.judgement import Judgement
from scoring.essays.prompt import AVAILABLE
from scoring.essays.task import EssayTask
from scoring.models import EssayScore
from scoring.replay.calls import StoredCall
from scoring.replay.recorded import RecordedModel
from scoring.replay.redaction import as_sent
from scoring.safeguarding import safeguards


@dataclass(frozen=True, slots=True)
class Reading:
    """A stored reply, and what the essay is called in it."""

    call: StoredCall
    label: str

    @property
    def sent(self) -> str:
        """The answer as it was sent."""
        return self.call.sent[self.label].text


class Unreadable(Exception):
    """The recorded replies make no judgement of the essay any more; the message says why."""


def read_again(task: EssayTask, row: EssayScore, made: Sequence[Reading], *, writer: Writer) -> Judgement:
    """Return the judgement that the recorded replies come to.

    Raises:
        Unreadable: if they come to none.
    """
    reader = _Reader(_judge(row, made, writer), made)
    first = reader.reading(task, 1)
    if first is None:
        raise Unreadable("no reply is about this answer")
    judged = [first]
    while readings.in_doubt(task, judged) and (again := reader.reading(task, len(judged) + 1)):
        judged.append(again)
    settled = readings.settled(task, judged)
    without = reader.judge.without_asides(task, settled)
    return aside_ablation.confirm_by_rereading(
        task, settled, without, lambda one: reader.judge.decided(one) or reader.reading(one, 1)
    )


def _judge(row: EssayScore, made: Sequence[Reading], writer: Writer) -> ModelJudge:
    if row.prompt_version not in AVAILABLE:
        raise Unreadable("the prompt is not kept any more")
    try:
        guards = safeguards()
    except EmbedderError as error:
        raise Unreadable("there is no embedder here to look for asides with") from error
    texts = [one.sent for one in made]
    return ModelJudge(
        RecordedModel(row.provider, str(made[0].call.row["model"])),
        redact=lambda answer: as_sent(answer, texts, writer),
        instructions=AVAILABLE[row.prompt_version],
        safeguards=guards,
    )


@dataclass(frozen=True, slots=True)
class _Reader:
    judge: ModelJudge
    made: Sequence[Reading]

    def reading(self, task: EssayTask, number: int) -> Judgement | None:
        """The judgement of one recorded reply, which is found by the fingerprint of what was sent."""
        fingerprint = self.judge.fingerprint(task)
        for one in self.made:
            call = one.call
            if call.sent[one.label].fingerprint != fingerprint or call.row["reading"] != str(number):
                continue
            try:
                reply = unpriced(call.reply or "", model=str(call.row["answered_model"]))
                judgement = self.judge.read_again(task, one.label, reply)
            except ProviderError as error:
                raise Unreadable(str(error)) from error
            return replace(judgement, calls=(str(call.call_id),))
        return None
