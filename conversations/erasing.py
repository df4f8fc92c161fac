"""Erasing what a person has asked; what they wrote to others stays with those who asked."""

import uuid

from conversations.models import Conversation, ThreadMessage, Turn


def erase(person_id: uuid.UUID) -> dict[str, int]:
    """Delete a person's conversations with all that was said in them."""
    messages = ThreadMessage.objects.filter(turn__conversation__user=person_id).delete()[0]
    turns = Turn.objects.filter(conversation__user=person_id).delete()[0]
    return {
        "thread_messages": messages,
        "conversation_turns": turns,
        "conversations": Conversation.objects.filter(user=person_id).delete()[0],
    }
