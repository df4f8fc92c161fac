"""Erasing what a person has asked; what they replied to others stays with those who asked."""

import uuid

from conversations.models import Conversation, Turn


def erase(person_id: uuid.UUID) -> dict[str, int]:
    """Delete a person's conversations with all that was said in them."""
    turns = Turn.objects.filter(conversation__user=person_id).delete()[0]
    return {
        "conversation_turns": turns,
        "conversations": Conversation.objects.filter(user=person_id).delete()[0],
    }
