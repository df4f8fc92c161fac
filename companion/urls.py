"""Addresses of the advisor's pages."""

from django.urls import path

from companion import pages, quality_pages

app_name = "advisor"
urlpatterns = [
    path("", pages.assessments, name="assessments"),
    path("assessments/<uuid:assessment_id>", pages.assessment, name="assessment"),
    path("documents/<uuid:document_id>", pages.document, name="document"),
    path("quality/", quality_pages.roles, name="quality"),
    path("quality/<uuid:role_id>/items", quality_pages.items, name="quality-items"),
    path("quality/<uuid:role_id>/agreement", quality_pages.agreement, name="quality-agreement"),
    path(
        "quality/<uuid:role_id>/agreement/<uuid:question_id>",
        quality_pages.comparison,
        name="quality-comparison",
    ),
    path("quality/<uuid:role_id>/fairness", quality_pages.fairness, name="quality-fairness"),
]
