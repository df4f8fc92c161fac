"""Addresses of assessments, below /api/v1/."""

from django.urls import path

from assessments.api import AssessmentListView, QuestionsView, ResponsesView, StartView, StatusEndpoint
from assessments.events_api import EventsView

urlpatterns = [
    path("assessments", AssessmentListView.as_view(), name="assessments"),
    path("assessments/start", StartView.as_view(), name="assessment-start"),
    path("assessments/<uuid:assessment_id>", StatusEndpoint.as_view(), name="assessment-status"),
    path("assessments/<uuid:assessment_id>/events", EventsView.as_view(), name="assessment-events"),
    path("assessments/<uuid:assessment_id>/questions", QuestionsView.as_view(), name="assessment-questions"),
    path("assessments/<uuid:assessment_id>/responses", ResponsesView.as_view(), name="assessment-responses"),
]
