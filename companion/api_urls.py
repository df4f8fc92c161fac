"""Addresses of overrides and of figures by weeks, below /api/v1/."""

from django.urls import path

from companion.analytics_api import CohortAnalyticsEndpoint, StudentAnalyticsEndpoint
from companion.override_api import OverrideFiguresEndpoint, OverridesEndpoint

urlpatterns = [
    path("analytics/students", CohortAnalyticsEndpoint.as_view(), name="analytics-students"),
    path(
        "analytics/students/<uuid:student_id>", StudentAnalyticsEndpoint.as_view(), name="analytics-student"
    ),
    path("overrides", OverridesEndpoint.as_view(), name="overrides"),
    path("overrides/figures", OverrideFiguresEndpoint.as_view(), name="override-figures"),
]
