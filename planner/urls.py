"""Addresses of tasks."""

from django.urls import path

from planner import api

urlpatterns = [
    path("tasks", api.TaskListView.as_view(), name="tasks"),
    path("tasks/stats", api.StatsEndpoint.as_view(), name="task-stats"),
    path("tasks/bulk", api.BulkView.as_view(), name="task-bulk"),
    path("tasks/<uuid:task_id>", api.TaskEndpoint.as_view(), name="task"),
    path("tasks/<uuid:task_id>/complete", api.CompleteView.as_view(), name="task-complete"),
    path("tasks/<uuid:task_id>/reopen", api.ReopenView.as_view(), name="task-reopen"),
]
