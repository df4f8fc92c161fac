"""Addresses of questions and answers."""

from django.urls import path

from conversations import api, thread_api

urlpatterns = [
    path("qa/query", api.AskView.as_view(), name="qa-ask"),
    path("qa/query/<uuid:query_id>", api.TurnEndpoint.as_view(), name="qa-answer"),
    path("qa/query/<uuid:query_id>/escalate", api.EscalateView.as_view(), name="qa-escalate"),
    path("qa/query/<uuid:query_id>/reply", api.ReplyView.as_view(), name="qa-reply"),
    path("qa/threads", thread_api.ThreadListEndpoint.as_view(), name="qa-threads"),
    path("qa/threads/<uuid:query_id>", thread_api.ThreadEndpoint.as_view(), name="qa-thread"),
    path(
        "qa/threads/<uuid:query_id>/messages", thread_api.ThreadMessagesEndpoint.as_view(), name="qa-messages"
    ),
    path("qa/threads/<uuid:query_id>/read", thread_api.ThreadReadEndpoint.as_view(), name="qa-read"),
    path("qa/threads/<uuid:query_id>/close", thread_api.ThreadCloseEndpoint.as_view(), name="qa-close"),
    path("qa/escalations", api.EscalationListView.as_view(), name="qa-escalations"),
    path(
        "qa/conversations/<uuid:conversation_id>",
        api.ConversationEndpoint.as_view(),
        name="qa-conversation",
    ),
]
