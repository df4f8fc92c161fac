"""Addresses of scores, below /api/v1/."""

from django.urls import path

from scoring.calls.api import ModelCallsEndpoint
from scoring.oversight.api import (
    AppealListEndpoint,
    AppealMessages,
    AssessmentAppeals,
    NoticeListEndpoint,
    ReleaseEndpoint,
    SeenNotices,
)
from scoring.oversight.contest_api import SkillCheckEndpoint, SkillContestEndpoint

urlpatterns = [
    path("assessments/<uuid:assessment_id>/appeals", AssessmentAppeals.as_view(), name="assessment-appeals"),
    path("assessments/<uuid:assessment_id>/release", ReleaseEndpoint.as_view(), name="assessment-release"),
    path(
        "assessments/<uuid:assessment_id>/skills/<slug:skill>/contest",
        SkillContestEndpoint.as_view(),
        name="skill-contest",
    ),
    path(
        "assessments/<uuid:assessment_id>/skills/<slug:skill>/check",
        SkillCheckEndpoint.as_view(),
        name="skill-check",
    ),
    path("notices", NoticeListEndpoint.as_view(), name="notices"),
    path("notices/seen", SeenNotices.as_view(), name="notices-seen"),
    path("appeals", AppealListEndpoint.as_view(), name="appeals"),
    path("appeals/<uuid:appeal_id>/messages", AppealMessages.as_view(), name="appeal-messages"),
    path(
        "assessments/<uuid:assessment_id>/model-calls",
        ModelCallsEndpoint.as_view(),
        name="assessment-model-calls",
    ),
]
