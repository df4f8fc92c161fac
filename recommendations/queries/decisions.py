"""What a student has decided about a recommended credential, for what follows from it."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from accounts.enums import Role
from accounts.models import User
from recommendations.enums import Acceptance
from recommendations.models import RecommendationFeedback
from recommendations.queries.accepted_credentials import is_accepted
from recommendations.queries.feedback import counted_feedback


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
        "submitted_by", "item__credential", "taken_for__credential", "recommendation"
    ).get(pk=feedback_id)
    item = said.item or said.taken_for
    if item is None or said.submitted_by_role != Role.STUDENT or not _decides(said):
        return None
    taught = set(item.credential.credential_skills.values_list("skill__key", flat=True))
    return Decision(
        student=said.submitted_by,
        credential_id=item.credential_id,
        title=item.title,
        uri=item.credential.uri,
        accepted=said.acceptance_status == Acceptance.ACCEPTED and not said.withdrawn,
        skills=[
            (need["skill_key"], need["skill_name"])
            for need in said.recommendation.parameters.get("needs", [])
            if need["skill_key"] in taught
        ],
    )


def _decides(said: RecommendationFeedback) -> bool:
    """Whether this takes up a credential or lets go of it: to take back what was no acceptance lets go of nothing, nor
    does it where another word of theirs accepts it."""
    if not said.withdrawn:
        return said.acceptance_status != Acceptance.PENDING
    before = counted_feedback(said.recommendation, item=said.item, by=said.submitted_by, besides=said)
    if before is None or before.acceptance_status != Acceptance.ACCEPTED:
        return False
    item = said.item or said.taken_for
    return item is not None and not is_accepted(item.credential_id, by=said.submitted_by)
