"""Addresses of the advisor's pages."""

from django.urls import path

from companion import pages

app_name = "advisor"
urlpatterns = [
    path("", pages.assessments, name="assessments"),
    path("assessments/<uuid:assessment_id>", pages.assessment, name="assessment"),
    path("documents/<uuid:document_id>", pages.document, name="document"),
]
