"""Addresses of the pages for guardians."""

from django.urls import path

from companion import guardian_pages

app_name = "guardian"
urlpatterns = [
    path("", guardian_pages.students, name="students"),
    path("students/<uuid:student_id>", guardian_pages.student, name="student"),
]
