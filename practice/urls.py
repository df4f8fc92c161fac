"""Addresses of practice."""

from django.urls import path

from practice import api, override_api, student_api

urlpatterns = [
    path("practice/assign", api.AssignView.as_view(), name="practice-assign"),
    path("practice/complete", api.CompleteView.as_view(), name="practice-complete"),
    path("practice/assignments", api.AssignmentListView.as_view(), name="practice-assignments"),
    path(
        "practice/assignments/<uuid:assignment_id>",
        api.AssignmentEndpoint.as_view(),
        name="practice-assignment",
    ),
    path("practice/assignments/<uuid:assignment_id>/hint", api.HintView.as_view(), name="practice-hint"),
    path(
        "practice/assignments/<uuid:assignment_id>/give-up", api.GiveUpView.as_view(), name="practice-give-up"
    ),
    path(
        "practice/assignments/<uuid:assignment_id>/report", api.ReportView.as_view(), name="practice-report"
    ),
    path("practice/overrides", override_api.OverrideListView.as_view(), name="practice-overrides"),
    path(
        "practice/overrides/figures",
        override_api.OverrideFiguresView.as_view(),
        name="practice-override-figures",
    ),
    path("progress/<uuid:student_id>", api.ProgressEndpoint.as_view(), name="progress"),
    path("students", student_api.StudentListView.as_view(), name="students"),
    path("goals", api.GoalListView.as_view(), name="goals"),
    path("goals/<uuid:goal_id>", api.GoalEndpoint.as_view(), name="goal"),
    path(
        "goals/<uuid:goal_id>/overrides", override_api.GoalOverrideEndpoint.as_view(), name="goal-overrides"
    ),
]
