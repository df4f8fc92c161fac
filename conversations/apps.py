"""Questions about the catalog, answered from its documents."""

from django.apps import AppConfig


class ConversationsConfig(AppConfig):
    name = "conversations"
