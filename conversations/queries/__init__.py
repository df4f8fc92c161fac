"""Reading conversations."""

from conversations.queries.turns import (
    ConversationMissing,
    TurnMissing,
    awaiting_answer,
    conversation_visible,
    earlier_turns,
    escalated,
    get_visible,
    handed_over,
    own_turn,
    own_turns,
    to_answer,
)

__all__ = [
    "ConversationMissing",
    "TurnMissing",
    "awaiting_answer",
    "conversation_visible",
    "earlier_turns",
    "escalated",
    "get_visible",
    "handed_over",
    "own_turn",
    "own_turns",
    "to_answer",
]
