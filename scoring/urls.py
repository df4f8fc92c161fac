"""Addresses of scores, below /api/v1/."""

from django.urls import path

from scoring.calls.api import ModelCallsEndpoint
from scoring.oversight.api import AppealListEndpoint, AppealMessages, AssessmentAppeals, OverrideEndpoint

urlpatterns = [
    path("overrides", OverrideEndpoint.as_view(), name="overrides"),
    path("assessments/<uuid:assessment_id>/appeals", AssessmentAppeals.as_view(), name="assessment-appeals"),
    path("appeals", AppealListEndpoint.as_view(), name="appeals"),
    path("appeals/<uuid:appeal_id>/messages", AppealMessages.as_view(), name="appeal-messages"),
    path(
        "assessments/<uuid:assessment_id>/model-calls",
        ModelCallsEndpoint.as_view(),
        name="assessment-model-calls",
    ),
]
