"""Addresses of nudges over the API."""

from django.urls import path

from nudges import api

urlpatterns = [
    path("nudges", api.NudgeListView.as_view(), name="nudges"),
    path("nudges/preferences", api.PreferencesEndpoint.as_view(), name="nudge-preferences"),
    path("nudges/stop/<str:token>", api.StopView.as_view(), name="nudges-stop-once"),
    path("nudges/<uuid:nudge_id>/opened", api.OpenedView.as_view(), name="nudge-opened"),
    path("nudges/<uuid:nudge_id>/clicked", api.ClickedView.as_view(), name="nudge-clicked"),
    path("nudges/<uuid:nudge_id>/task", api.NudgeTaskView.as_view(), name="nudge-task"),
]
