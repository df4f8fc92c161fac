"""Addresses of recommendations, below /api/v1/."""

from django.urls import path

from recommendations.api import FeedbackEndpoint, ResultEndpoint

urlpatterns = [
    path("assessments/<uuid:assessment_id>/result", ResultEndpoint.as_view(), name="assessment-result"),
    path(
        "recommendations/<uuid:recommendation_id>/feedback",
        FeedbackEndpoint.as_view(),
        name="recommendation-feedback",
    ),
]
