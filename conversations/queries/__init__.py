"""Reading conversations."""

from conversations.queries.threads import (
    ThreadMissing,
    get_thread,
    locked_thread,
    messages_of,
    threads,
    unread_replies,
)
from conversations.queries.turns import (
    ConversationMissing,
    TurnMissing,
    awaiting_answer,
    conversation_visible,
    earlier_turns,
    escalated,
    get_visible,
    locked_turn,
    own_turn,
    own_turns,
    to_answer,
)
from conversations.queries.weeks import asked_by_week

__all__ = [
    "ConversationMissing",
    "ThreadMissing",
    "TurnMissing",
    "asked_by_week",
    "awaiting_answer",
    "conversation_visible",
    "earlier_turns",
    "escalated",
    "get_thread",
    "get_visible",
    "locked_thread",
    "locked_turn",
    "messages_of",
    "own_turn",
    "own_turns",
    "threads",
    "to_answer",
    "unread_replies",
]
