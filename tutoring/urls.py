"""Addresses of sessions and summaries."""

from django.urls import path

from tutoring import api, override_api

urlpatterns = [
    path("summaries", api.SessionsView.as_view(), name="summary-send"),
    path("summaries/<uuid:user_id>", api.SummaryListView.as_view(), name="summaries"),
    path("summaries/<uuid:user_id>/<uuid:summary_id>", api.SummaryEndpoint.as_view(), name="summary"),
    path(
        "summaries/<uuid:user_id>/<uuid:summary_id>/overrides",
        override_api.SummaryOverridesView.as_view(),
        name="summary-overrides",
    ),
    path(
        "summaries/<uuid:user_id>/<uuid:summary_id>/steps/<int:number>/task",
        api.StepTaskView.as_view(),
        name="summary-step-task",
    ),
]
