"""Addresses of the advisor's pages."""

from django.urls import path

from companion import (
    pages,
    pages_decisions,
    pages_practice,
    pages_questions,
    pages_record,
    pages_rescoring,
    pages_review,
    pages_runs,
    pages_sessions,
    pages_students,
    quality_exposure,
    quality_pages,
)

app_name = "advisor"
urlpatterns = [
    path("", pages.assessments, name="assessments"),
    path("assessments/<uuid:assessment_id>", pages.assessment, name="assessment"),
    path("assessments/<uuid:assessment_id>/record", pages_record.record, name="record"),
    path("assessments/<uuid:assessment_id>/record.json", pages_record.record_file, name="record-file"),
    path("assessments/<uuid:assessment_id>/override", pages_decisions.override, name="override"),
    path("assessments/<uuid:assessment_id>/release", pages_decisions.release, name="release"),
    path("assessments/<uuid:assessment_id>/recompute", pages_runs.recompute, name="recompute"),
    path(
        "assessments/<uuid:assessment_id>/skills/<slug:skill>/check",
        pages_runs.check_skill,
        name="check-skill",
    ),
    path("assessments/<uuid:assessment_id>/practice", pages_practice.set_level, name="set-level"),
    path("recommendations/<uuid:recommendation_id>", pages_runs.run, name="run"),
    path(
        "recommendations/<uuid:recommendation_id>/override",
        pages_runs.override,
        name="override-recommendation",
    ),
    path("releases/", pages_decisions.releases, name="releases"),
    path("appeals/", pages_decisions.appeals, name="appeals"),
    path("appeals/<uuid:appeal_id>", pages_decisions.appeal, name="appeal"),
    path("questions/", pages_questions.questions, name="questions"),
    path("questions/<uuid:query_id>", pages_questions.question, name="question"),
    path("sessions/", pages_sessions.sessions, name="sessions"),
    path("sessions/<uuid:summary_id>", pages_sessions.session, name="session"),
    path("students/", pages_students.students, name="students"),
    path("rescoring/", pages_rescoring.questions, name="rescoring"),
    path("rescoring/<uuid:question_id>", pages_rescoring.question, name="rescoring-question"),
    path("reviews/", pages_review.queue, name="reviews"),
    path("reviews/next", pages_review.claim, name="review-next"),
    path("reviews/<uuid:task_id>", pages_review.review, name="review"),
    path("reviews/<uuid:task_id>/give-back", pages_review.give_back, name="review-give-back"),
    path("reviews/calibration/<uuid:question_id>", pages_review.calibration, name="calibration"),
    path("documents/<uuid:document_id>", pages.document, name="document"),
    path("quality/", quality_pages.roles, name="quality"),
    path("quality/confidence", pages_runs.calibration, name="quality-calibration"),
    path("quality/recommendations", quality_exposure.recommendations, name="quality-recommendations"),
    path("quality/<uuid:role_id>/items", quality_pages.items, name="quality-items"),
    path("quality/<uuid:role_id>/agreement", quality_pages.agreement, name="quality-agreement"),
    path(
        "quality/<uuid:role_id>/agreement/<uuid:question_id>",
        quality_pages.comparison,
        name="quality-comparison",
    ),
    path("quality/<uuid:role_id>/fairness", quality_pages.fairness, name="quality-fairness"),
]
