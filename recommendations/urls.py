"""Addresses of recommendations, below /api/v1/."""

from django.urls import path

from recommendations.api import FeedbackEndpoint, RecordEndpoint, ResultEndpoint
from recommendations.held_api import OwnCredentialEndpoint, OwnCredentialsEndpoint, SeenDecisionEndpoint
from recommendations.run_api import AssessmentRunsEndpoint, RecommendationOverrideEndpoint, RunEndpoint

urlpatterns = [
    path("me/credentials", OwnCredentialsEndpoint.as_view(), name="me-credentials"),
    path("me/credentials/<uuid:credential_id>", OwnCredentialEndpoint.as_view(), name="me-credential"),
    path(
        "me/credentials/<uuid:credential_id>/seen",
        SeenDecisionEndpoint.as_view(),
        name="me-credential-decision-seen",
    ),
    path("assessments/<uuid:assessment_id>/result", ResultEndpoint.as_view(), name="assessment-result"),
    path("assessments/<uuid:assessment_id>/record", RecordEndpoint.as_view(), name="assessment-record"),
    path(
        "assessments/<uuid:assessment_id>/recommendations",
        AssessmentRunsEndpoint.as_view(),
        name="assessment-recommendations",
    ),
    path("recommendations/<uuid:recommendation_id>", RunEndpoint.as_view(), name="recommendation"),
    path(
        "recommendations/<uuid:recommendation_id>/feedback",
        FeedbackEndpoint.as_view(),
        name="recommendation-feedback",
    ),
    path(
        "recommendations/<uuid:recommendation_id>/override",
        RecommendationOverrideEndpoint.as_view(),
        name="recommendation-override",
    ),
]
