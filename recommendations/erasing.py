"""Erasing what a person was recommended, what they said of it, and what they are as a learner."""

import uuid

from django.db.models import Q

from recommendations.models import (
    CredentialClaim,
    LearnerCredential,
    LearnerHistory,
    LearnerProfile,
    Recommendation,
    RecommendationFeedback,
)


def erase(person_id: uuid.UUID) -> dict[str, int]:
    """Delete runs, feedback, claims, credentials, histories and profiles; decision records hold nothing to erase.

    Deleting credentials marks the learner, so that the next refresh fits the blend without them.
    """
    said = Q(submitted_by=person_id) | Q(recommendation__assessment__user=person_id)
    return {
        "recommendation_feedback": RecommendationFeedback.objects.filter(said).delete()[0],
        "recommendations": Recommendation.objects.filter(assessment__user=person_id).delete()[0],
        "credential_claims": CredentialClaim.objects.filter(user=person_id).delete()[0],
        "learner_credentials": LearnerCredential.objects.filter(user=person_id).delete()[0],
        "learner_histories": LearnerHistory.objects.filter(user=person_id).delete()[0],
        "learner_profiles": LearnerProfile.objects.filter(user=person_id).delete()[0],
    }
