"""What recommendations do when lower floors announce something."""

import uuid
from typing import Any

from django.dispatch import receiver

from assessments.events import assessment_released
from catalog.events import catalog_published
from ops.jobs import enqueue
from recommendations import queries, services
from scoring.events import assessment_scored


@receiver(assessment_scored)
def on_assessment_scored(*, assessment_id: uuid.UUID, run: int, **_: Any) -> None:
    """Leave the recommendations to a job, one for each scoring run."""
    enqueue(
        "recommendations.recommend",
        assessment_id=assessment_id,
        unique_key=f"recommend:{assessment_id}:{run}",
    )


@receiver(assessment_released)
def on_assessment_released(*, assessment_id: uuid.UUID, **_: Any) -> None:
    """Announce the result now that its student may see it."""
    services.announce(assessment_id=assessment_id)


@receiver(catalog_published)
def on_catalog_published(**_: Any) -> None:
    """Leave the embedding to a job, one for each transaction that changed the catalog."""
    enqueue("recommendations.embed", unique_key=f"embed:{queries.transaction_id()}")
