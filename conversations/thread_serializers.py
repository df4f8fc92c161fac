"""Threads on the wire."""

from typing import Any, Final

from rest_framework import serializers

from conversations.enums import Escalation, Side
from conversations.models import LONGEST_REPLY, ThreadMessage, Turn
from conversations.serializers import EscalatedStudent
from microcred.api.pagination import PageQuery

MOST: Final = 2**31 - 1


class ThreadQuery(PageQuery):
    """Query parameters of the list of threads."""

    escalation = serializers.ChoiceField(
        choices=[one for one in Escalation.choices if one[0] != Escalation.NONE],
        required=False,
        help_text="Where the threads stand, such as waiting.",
    )
    # What is not in an address would else be taken for a box that is not ticked.
    unread = serializers.BooleanField(
        required=False, allow_null=True, help_text="Whether there is something that one has not read."
    )


class ThreadMessageRequest(serializers.Serializer[Any]):
    """What is to be said, and the last message that the caller has seen: where another came since, it is refused."""

    text = serializers.CharField(max_length=LONGEST_REPLY)
    up_to = serializers.IntegerField(min_value=0, max_value=MOST, required=False)


class UpTo(serializers.Serializer[Any]):
    """The number of the last message that the caller has seen, 0 for the question alone."""

    up_to = serializers.IntegerField(min_value=0, max_value=MOST)


class ThreadView(serializers.ModelSerializer[Turn]):
    """A thread: the question that it is about, where it stands, and what of it the caller has not read."""

    query_id = serializers.UUIDField(source="id")
    conversation_id = serializers.UUIDField()
    student = EscalatedStudent(source="conversation.user")
    escalation = serializers.ChoiceField(choices=Escalation.choices)
    messages = serializers.IntegerField(source="said", help_text="How many there are.")
    unread = serializers.IntegerField(
        help_text="How many of the other side's are unread; to advisors the question counts as one."
    )

    class Meta:
        model = Turn
        fields = (
            "query_id", "conversation_id", "student", "question", "escalation", "messages", "unread", "escalated_at",
            "waits_since", "written_at", "closed_at",
        )  # fmt: skip


class ThreadList(serializers.Serializer[Any]):
    """One page of threads, those with something unread first, and of these the latest."""

    items = ThreadView(many=True)
    page = serializers.IntegerField()
    page_size = serializers.IntegerField()
    total = serializers.IntegerField()


class ThreadMessageView(serializers.ModelSerializer[ThreadMessage]):
    """What somebody said in a thread; who of those that advise the student it was, is not told."""

    author = serializers.ChoiceField(source="side", choices=Side.choices)

    class Meta:
        model = ThreadMessage
        fields = ("number", "author", "text", "sent_at")


class ThreadMessageList(serializers.Serializer[Any]):
    """One page of what was said, from the beginning."""

    items = ThreadMessageView(many=True)
    page = serializers.IntegerField()
    page_size = serializers.IntegerField()
    total = serializers.IntegerField()
