"""What a student has decided about a recommended credential, for what follows from it."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from accounts.enums import Role
from accounts.models import User
from recommendations.enums import Acceptance
from recommendations.models import RecommendationFeedback


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether a student takes up a credential; ``skills`` are the names of what it teaches of their needs, by key.

    The greatest need comes first.
    """

    student: User
    credential_id: uuid.UUID
    title: str
    uri: str
    accepted: bool
    skills: Sequence[tuple[str, str]]


def decision(feedback_id: uuid.UUID) -> Decision | None:
    """Return what a student has decided with this feedback; None where it decides nothing, or nobody decided for
    themselves."""
    said = RecommendationFeedback.objects.select_related(
        "submitted_by", "item__credential", "recommendation"
    ).get(pk=feedback_id)
    if said.item is None or said.submitted_by_role != Role.STUDENT:
        return None
    if said.acceptance_status == Acceptance.PENDING and not said.withdrawn:
        return None
    taught = set(said.item.credential.credential_skills.values_list("skill__key", flat=True))
    return Decision(
        student=said.submitted_by,
        credential_id=said.item.credential_id,
        title=said.item.title,
        uri=said.item.credential.uri,
        accepted=said.acceptance_status == Acceptance.ACCEPTED and not said.withdrawn,
        skills=[
            (need["skill_key"], need["skill_name"])
            for need in said.recommendation.parameters.get("needs", [])
            if need["skill_key"] in taught
        ],
    )
