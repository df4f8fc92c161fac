"""Running the gate of a scorer that was trained on one question.

For workers and commands: it loads the embedder and the encoder.
"""

import datetime as dt
import uuid
from dataclasses import replace
from typing import Any, Final

from accounts.models import User
from microcred.ai import providers
from scoring import scorers
from scoring.essays.task import EssayTask
from scoring.golden import essays
from scoring.golden.gate import Figure, figure
from scoring.golden.variants import misses, variants_of
from scoring.models import ScorerVersion
from scoring.other_prompts import others_in_use
from scoring.releasing import versions
from scoring.releasing.versions import VersionMissing, VersionRefused
from scoring.training.encoder import name_today
from scoring.training.judge import TrainedJudge

# Answers whose variants are judged: each takes some seconds.
MOST_BASES: Final = 6


def check(*, version_id: uuid.UUID, by: User | None, now: dt.datetime) -> ScorerVersion:
    """Run the gate over a version and store what it said. Raises what `measure` and `versions.record` do."""
    return versions.record(version_id=version_id, figures=measure(version_id), by=by, now=now)


def measure(version_id: uuid.UUID) -> tuple[Figure, ...]:
    """Run the gate over a version: what it was measured at, and what it gives texts that are worth nothing.

    Raises:
        VersionMissing: if there is none of that id.
        VersionRefused: if it cannot be loaded, or no scored answer belongs to its wording any more.
    """
    row = ScorerVersion.objects.filter(pk=version_id).first()
    if row is None:
        raise VersionMissing("There is no such version of a scorer.")
    return (*_measured(row), _metamorphic(row))


def _measured(row: ScorerVersion) -> tuple[Figure, ...]:
    """The cross-validated figures beside their thresholds; against the active version where both can be compared."""
    wanted, found = essays.thresholds("trained"), row.figures
    count = int(found["n"])
    figures = [
        figure("answers", count, wanted, count),
        figure("agreement", _number(found.get("qwk")), wanted, count),
        figure("agreement_low", _number(found.get("qwk_low")), wanted, count),
        figure("rmse", _number(found.get("rmse"), missing=1.0), wanted, count),
    ]
    active = ScorerVersion.objects.filter(question_id=row.question_id, active=True).exclude(pk=row.pk).first()
    if active is not None and _compared_by(active) == _compared_by(row):
        ahead = _number(found.get("qwk")) - _number(active.figures.get("qwk"))
        figures.append(figure("against_active", ahead, wanted, count))
    return tuple(figures)


def _compared_by(row: ScorerVersion) -> tuple[str, str]:
    return row.task_hash, name_today(row.encoder)


def _metamorphic(row: ScorerVersion) -> Figure:
    """What the version gives texts that are worth no more than the answers they were made from."""
    loaded = scorers.loaded(row)
    if loaded is None:
        raise VersionRefused(f"Version {row.version} cannot be loaded: train a new one.")
    bases = _bases(row)
    variants = [one for base in bases for one in variants_of(base, essays.foreign_answer(base))]
    judge = TrainedJudge(providers.local_embedder(), lambda _: loaded, scorers.shared_reader, others_in_use())
    tasks = [*bases, *(variant.task for variant in variants)]
    judged = {task.question_id: judge.judge([task])[0] for task in tasks}
    wrong = misses(variants, judged, must_be_unsure=True)
    share = 1 - len(wrong) / len(variants)
    return figure("metamorphic", share, essays.thresholds("trained"), len(variants), wrong)


def _bases(row: ScorerVersion) -> list[EssayTask]:
    """The better half of the answers that people scored, of which a few are drawn evenly.

    They go by numbers, so that no report names an answer.
    """
    examples = [
        example
        for example in scorers.examples_of(row.question_id)
        if scorers.task_hash(example.task) == row.task_hash
    ]
    if not examples:
        raise VersionRefused("No scored answer belongs to the wording that this version learned from.")
    ranked = sorted(examples, key=lambda one: (-one.share, one.task.answer))
    better = ranked[: max(1, len(ranked) // 2)]
    step = max(1, len(better) // MOST_BASES)
    return [
        replace(one.task, question_id=f"answer {at}")
        for at, one in enumerate(better[::step][:MOST_BASES], start=1)
    ]


def _number(value: Any, missing: float = 0.0) -> float:
    return missing if value is None else float(value)
