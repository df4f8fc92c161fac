"""Addresses of recommendations, below /api/v1/."""

from django.urls import path

from recommendations.api import FeedbackEndpoint, RecordEndpoint, ResultEndpoint
from recommendations.run_api import AssessmentRunsEndpoint, RecommendationOverrideEndpoint, RunEndpoint

urlpatterns = [
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
