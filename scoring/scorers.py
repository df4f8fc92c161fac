"""Scorers of single questions: learned from people's scores, stored, found again for a judge."""

import datetime as dt
import hashlib
import json
import uuid
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any, Final

import numpy as np
import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import Max

from accounts.models import User
from microcred.ai.onnx_export import build
from microcred.errors import Conflict, Missing
from ops import audit
from scoring.enums import EssayOutcome, ScoreSource
from scoring.essays.task import EssayTask
from scoring.models import EssayScore, ScorerVersion
from scoring.training.artefact import ArtefactError, from_bytes, to_bytes
from scoring.training.blend import VERSION, fit_scorer
from scoring.training.dataset import Scale, ScoredText, TextSet
from scoring.training.encoder import Encoder, LayerEncoder, name_today
from scoring.training.evaluation import Evaluation, evaluate
from scoring.training.judge import Find, Loaded
from scoring.training.reading import Reader, reader
from scoring.training.vector_cache import CachedEncoder

log = structlog.get_logger(__name__)

LEAST_EXAMPLES: Final = 40
SHARES: Final = Scale(0.0, 1.0, 0.05)


class TooFewExamples(Conflict):
    """A scorer needs more answers that people have scored."""

    default_code = "SCORER_409"


class NothingScored(Missing):
    """There is no such question, or no person has scored an answer to it."""

    default_code = "SCORER_404"


@dataclass(frozen=True)
class Example:
    """An answer with the share of the maximum (0 to 1) that a person gave it."""

    task: EssayTask
    share: float


def answer_encoder(*, progress: Callable[[str], None] | None = None) -> Encoder:
    """Return MiniLM with its inner layers, its vectors cached under the state folder."""
    folder, _ = build(settings.EMBEDDER_DIR, model=settings.EMBEDDING_MODEL)

    def tell(done: int, total: int) -> None:
        if progress:
            progress(f"  {done} of {total} new texts read by the encoder")

    return CachedEncoder(LayerEncoder(folder), settings.STATE_DIR / "scorer", tell)


def answer_reader(*, progress: Callable[[str], None] | None = None) -> Reader:
    """Return what reads answers for every scorer of this module; loads the encoder."""
    return reader(answer_encoder(progress=progress))


def train(
    *, question_id: uuid.UUID, now: dt.datetime, by: User | None = None, encoder: Encoder | None = None
) -> ScorerVersion:
    """Fit a scorer to people's scores, measure it by cross-validation and store both as a candidate.

    It scores nothing before it has passed its gate (`scoring.releasing.measuring`).

    Raises:
        NothingScored: if no person has scored an answer.
        TooFewExamples: below ``LEAST_EXAMPLES`` answers to one wording of prompt and rubric.
    """
    examples, task_hash = one_wording(examples_of(question_id))
    if len(examples) < LEAST_EXAMPLES:
        raise TooFewExamples(
            f"{len(examples)} answers are scored by people; a scorer needs at least {LEAST_EXAMPLES}."
        )
    used = encoder or shared_encoder()
    figures, artefact = _fitted(examples, reader(used))
    return _store(
        question_id,
        ScorerVersion(
            question_id=question_id, format=VERSION, encoder=used.name, data_hash=_data_hash(examples),
            task_hash=task_hash, figures=figures, artefact=artefact, trained_by=by, created_at=now,
        ),
    )  # fmt: skip


def examples_of(question_id: uuid.UUID) -> list[Example]:
    """Return every answer to the question with the newest whole score that a person gave it.

    Raises NothingScored without any.
    """
    rows = (
        EssayScore.objects.filter(
            question_snapshot__question_id=question_id,
            source=ScoreSource.HUMAN,
            outcome=EssayOutcome.SCORED,
            score__isnull=False,
        )
        .order_by("question_snapshot_id", "-run")
        .distinct("question_snapshot_id")
        .select_related("question_snapshot", "response")
    )
    examples = [Example(_task(row), float((row.score or 0) / row.maximum)) for row in rows if row.maximum]
    if not examples:
        raise NothingScored("No answer to this question has been scored by a person.")
    return examples


@cache
def shared_encoder() -> Encoder:
    """Return the encoder of this process, loaded once."""
    return answer_encoder()


def find_active() -> Find:
    """Return what finds the scorer in use for a task; each is loaded once.

    One that learned from another wording of the task, or from another encoder's vectors, is not found.
    """
    found: dict[tuple[str, str], Loaded | None] = {}

    def find(task: EssayTask) -> Loaded | None:
        key = task.question_id, task_hash(task)
        if key not in found:
            found[key] = _load(*key)
        return found[key]

    return find


def shared_reader() -> Reader:
    """Return what reads answers with the encoder of this process."""
    return reader(shared_encoder())


def task_hash(task: EssayTask) -> str:
    """SHA-256 of the prompt and the rubric: what a score of this question is a score of."""
    body = {"prompt": task.prompt, "criteria": [asdict(criterion) for criterion in task.criteria]}
    return hashlib.sha256(json.dumps(body, sort_keys=True, default=str).encode()).hexdigest()


def _task(row: EssayScore) -> EssayTask:
    snapshot = row.question_snapshot
    return EssayTask.from_rubric(
        question_id=str(snapshot.question_id),
        prompt=snapshot.prompt,
        answer=str(row.response.answer.get("text", "")),
        rubric=snapshot.rubric,
        maximum=snapshot.weight,
        answer_format=snapshot.answer_format,
    )


def one_wording(examples: Sequence[Example]) -> tuple[list[Example], str]:
    """Return the examples of the wording of prompt and rubric that most belong to, and the hash of that wording."""
    hashes = [task_hash(example.task) for example in examples]
    (usual, _), *_ = Counter(sorted(hashes)).most_common(1)
    return [e for e, own in zip(examples, hashes, strict=True) if own == usual], usual


def _fitted(examples: Sequence[Example], read: Reader) -> tuple[dict[str, Any], bytes]:
    texts = [ScoredText(example.task.answer, example.share) for example in examples]
    prompt = examples[0].task.prompt
    found: Evaluation = evaluate([TextSet("question", texts, SHARES, prompt)], "trained", read)
    scores = np.array([text.score for text in texts])
    scorer = fit_scorer(read([text.text for text in texts], prompt), scores, SHARES.levels)
    figures = asdict(found.sets["question"])
    for unsteady in ("ms_per_text", "human_qwk"):
        figures.pop(unsteady)
    return figures, to_bytes(scorer)


def _data_hash(examples: Sequence[Example]) -> str:
    lines = sorted(
        f"{hashlib.sha256(example.task.answer.encode()).hexdigest()} {example.share:.6f}"
        for example in examples
    )
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


@transaction.atomic
def _store(question_id: uuid.UUID, row: ScorerVersion) -> ScorerVersion:
    versions = ScorerVersion.objects.select_for_update().filter(question_id=question_id)
    list(versions.values_list("pk"))
    row.version = (versions.aggregate(newest=Max("version"))["newest"] or 0) + 1
    row.save()
    audit.record(
        by=row.trained_by, action="scorer.trained", resource_type="scorer_version", resource_id=row.pk,
        metadata={"question": str(question_id), "version": row.version},
    )  # fmt: skip
    log.info("scorer_trained", question=str(question_id), version=row.version)
    return row


def _load(question_id: str, hashed: str) -> Loaded | None:
    try:
        key = uuid.UUID(question_id)
    except ValueError:
        return None
    row = ScorerVersion.objects.filter(question_id=key, active=True).first()
    return None if row is None or row.task_hash != hashed else loaded(row)


def loaded(row: ScorerVersion) -> Loaded | None:
    """Return a stored scorer ready to use, or None for one of another encoder or whose artefact is damaged."""
    if name_today(row.encoder) != shared_encoder().name:
        log.warning("scorer_of_another_encoder", question=str(row.question_id), version=row.version)
        return None
    try:
        return Loaded(from_bytes(bytes(row.artefact)), row.version)
    except ArtefactError as error:
        log.warning("scorer_unreadable", question=str(row.question_id), version=row.version, error=str(error))
        return None
