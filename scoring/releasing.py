"""Recording what the release gate said of a scorer, and asking whether the scorer in use has passed."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage
from django.db import DatabaseError, transaction

from ops import audit
from scoring.essays import local
from scoring.essays.prompt import PROMPT_VERSION
from scoring.golden.gate import GateResult
from scoring.models import ScorerRelease

MINILM: Final = "all-MiniLM-L6-v2"


@dataclass(frozen=True, slots=True)
class ScorerInUse:
    """What new essays are scored by, as the settings stand."""

    kind: str
    version: str
    model: str


def scorer_in_use() -> ScorerInUse:
    """Return the scorer that the settings choose; loads no model."""
    if settings.OPENAI_API_KEY:
        return ScorerInUse("model", PROMPT_VERSION, settings.AI_MODELS["scoring"])
    return ScorerInUse("local", local.VERSION, embedding_model())


def embedding_model() -> str:
    """Return the name of the embedding model that the settings choose."""
    if settings.EMBEDDING_PROVIDER == "openai":
        return str(settings.AI_MODELS["embedding"])
    return settings.EMBEDDING_MODEL or MINILM


@transaction.atomic
def record_gate(*, scorer: ScorerInUse, result: GateResult, replies: str, now: dt.datetime) -> ScorerRelease:
    """Store what the gate said; the version becomes active when it passed, and is no longer when it did not."""
    same = ScorerRelease.objects.filter(**asdict(scorer))
    same.filter(active=True).update(active=False)
    release = ScorerRelease.objects.create(
        **asdict(scorer),
        golden_version=result.golden_version,
        replies=replies,
        passed=result.passed,
        active=result.passed,
        figures=[asdict(figure) | {"passed": figure.passed} for figure in result.figures],
        made_at=now,
    )
    audit.record(
        by=None, action="scorer.gated", resource_type="scorer_release", resource_id=release.pk,
        metadata={"kind": scorer.kind, "version": scorer.version, "model": scorer.model, "passed": result.passed},
    )  # fmt: skip
    return release


def is_released(scorer: ScorerInUse) -> bool:
    """Return whether the newest gate of this version and model was passed."""
    return ScorerRelease.objects.filter(**asdict(scorer), active=True).exists()


def health() -> dict[str, Any]:
    """Return what the health page says of the scorer in use."""
    scorer = scorer_in_use()
    status = "ok" if is_released(scorer) else "no passed release gate"
    return {"status": status, "version": scorer.version, "model": scorer.model}


def check_release(databases: Sequence[str] | None = None, **kwargs: Any) -> Sequence[CheckMessage]:
    """W001: essays would be scored by a version that has not passed its gate. Only where the database is checked."""
    scorer = scorer_in_use()
    try:
        if not databases or "default" not in databases or is_released(scorer):
            return []
    except DatabaseError:
        # Before the first migration there is no table, and migrating is what these checks run before.
        return []
    return [
        checks.Warning(
            f"The {scorer.kind} scorer {scorer.version} with {scorer.model} has not passed its release gate.",
            hint=f"Run manage.py release_gate --judge {scorer.kind}.",
            id="scoring.W001",
        )
    ]
