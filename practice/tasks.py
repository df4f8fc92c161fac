"""Background work of this app."""

import structlog
from django.utils import timezone

from microcred.ai import providers
from microcred.ai.base import ProviderError
from ops.jobs import Claim, RetryLater
from practice import queries, services
from practice.drafting.authoring import DraftingContext, Made, written
from practice.drafting.comparing import surroundings
from practice.drafting.writing import VERSION, Wish
from scoring.services import practice_model

log = structlog.get_logger(__name__)


def draft_items(claim: Claim) -> None:
    """Have a model write items of a skill, and keep them with what the checks found; what fails is tried again."""
    wanted = claim.payload
    skill = queries.skill_text(wanted["skill"])
    wish = Wish(skill.name, skill.description, wanted["count"], wanted["difficulty"])
    made = _written(claim, wish, skill.key, queries.prompts_of(skill.id))
    with claim.finish():
        services.keep_drafts(
            job_id=claim.job_id, skill_id=skill.id, made=made, prompt_version=VERSION, now=timezone.now()
        )


def _written(claim: Claim, wish: Wish, skill: str, there: list[str]) -> list[Made]:
    writer = practice_model(job_id=claim.job_id, attempt=claim.attempt)
    solver = practice_model(job_id=claim.job_id, attempt=claim.attempt, checks=True)
    if writer is None or solver is None:
        log.warning("practice_items_not_written", reason="no model is configured")
        return []
    try:
        embedder = providers.embedder()
        means = DraftingContext(writer, solver, embedder, surroundings(embedder), str(claim.job_id))
        return written(wish, skill, there, means)
    except ProviderError as error:
        raise RetryLater(error.kind, delay=error.wait(attempt=claim.attempt)) from error
