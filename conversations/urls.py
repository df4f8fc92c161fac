"""Addresses of questions and answers."""

from django.urls import path

from conversations import api

urlpatterns = [
    path("qa/query", api.AskView.as_view(), name="qa-ask"),
    path("qa/query/<uuid:query_id>", api.TurnEndpoint.as_view(), name="qa-answer"),
    path("qa/query/<uuid:query_id>/escalate", api.EscalateView.as_view(), name="qa-escalate"),
    path("qa/query/<uuid:query_id>/reply", api.ReplyView.as_view(), name="qa-reply"),
    path("qa/escalations", api.EscalationListView.as_view(), name="qa-escalations"),
    path(
        "qa/conversations/<uuid:conversation_id>",
        api.ConversationEndpoint.as_view(),
        name="qa-conversation",
    ),
]
