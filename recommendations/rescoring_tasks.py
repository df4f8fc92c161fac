"""Background work of rescoring: a look ranks both sides anew, which is why it is done up here."""

import uuid
from typing import Final

import structlog
from django.utils import timezone

from microcred.ai import providers
from microcred.ai.base import Embedder, EmbedderError, ProviderError
from ops.jobs import Claim
from recommendations.forecast import top_recommendation
from recommendations.queries import UnlikeVectors
from scoring import oversight
from scoring.enums import RescoringMode
from scoring.oversight import Rescored, levels_after

log = structlog.get_logger(__name__)

# What one job works through, so that it ends well within its time limit on a slow core.
TAKERS_A_JOB: Final = 50


def rescore(claim: Claim) -> None:
    """Work through the next past takers of a run; the rest is another job."""
    row = oversight.get_rescoring(_run_of(claim))
    takers = oversight.takers_left(row, limit=TAKERS_A_JOB)
    embedder = providers.embedder() if row.mode == RescoringMode.DRY_RUN and takers else None
    for assessment_id in takers:
        claim.ensure_held()
        if row.mode == RescoringMode.APPLY:
            oversight.apply_and_keep(row, assessment_id, now=timezone.now())
        else:
            line = oversight.look_at(row, assessment_id)
            oversight.keep_look(row, line, tops=_tops(line, embedder))
    row.refresh_from_db()
    with claim.finish():
        oversight.go_on(row, now=timezone.now())


def give_up_rescoring(claim: Claim) -> None:
    """End a run that no attempt could go on with."""
    with claim.finish():
        oversight.fail_rescoring(_run_of(claim), now=timezone.now())


def _tops(line: Rescored, embedder: Embedder | None) -> tuple[str, str] | None:
    """Return the first recommendation before and after for who would move; without a search where that fails."""
    if not line.moves:
        return None
    before, after = levels_after(line)
    try:
        return _both(line.assessment_id, before, after, embedder)
    except (ProviderError, EmbedderError, UnlikeVectors) as error:
        log.warning("search_left_out", kind="rescoring", reason=type(error).__name__)
        return _both(line.assessment_id, before, after, None)


def _both(
    assessment_id: uuid.UUID, before: dict[str, float], after: dict[str, float], embedder: Embedder | None
) -> tuple[str, str]:
    return (
        top_recommendation(assessment_id, before, embedder=embedder),
        top_recommendation(assessment_id, after, embedder=embedder),
    )


def _run_of(claim: Claim) -> uuid.UUID:
    return uuid.UUID(claim.payload["rescoring_id"])
