"""Questions and answers on the wire."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from conversations.confidence import WEIGHTS
from conversations.enums import Author, Band, Escalation, Outcome, TurnStatus
from conversations.models import LONGEST_QUESTION, LONGEST_REPLY, PARTS, Conversation, Turn
from microcred.api.pagination import PageQuery


class Share(serializers.DecimalField):
    """A number from 0 to 1."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_digits=5, decimal_places=4, coerce_to_string=False, **kwargs)


class QuestionRequest(serializers.Serializer[Any]):
    """A question, in a conversation of one's own or, without ``conversation_id``, in a new one."""

    question = serializers.CharField(max_length=LONGEST_QUESTION)
    conversation_id = serializers.UUIDField(required=False, allow_null=True)


class ReplyRequest(serializers.Serializer[Any]):
    """What an advisor replies."""

    text = serializers.CharField(max_length=LONGEST_REPLY)


class Citation(serializers.Serializer[Any]):
    """A passage that the answer names by its mark, as it stood in its document then."""

    mark = serializers.CharField()
    credential_id = serializers.UUIDField()
    title = serializers.CharField()
    heading = serializers.CharField()
    source_uri = serializers.CharField()
    start = serializers.IntegerField()
    end = serializers.IntegerField()
    snippet = serializers.CharField()


class ConfidencePart(serializers.Serializer[Any]):
    """A part of the confidence; without a ``value`` it was not to be had, and the others count for all."""

    name = serializers.ChoiceField(choices=PARTS)
    weight = Share()
    value = Share(allow_null=True)


class ConfidenceView(serializers.Serializer[Any]):
    """How far the answer can be relied on: the parts by their weights, in a number and in a word."""

    score = Share()
    band = serializers.ChoiceField(choices=Band.choices)
    parts = ConfidencePart(many=True)


class AdvisorReply(serializers.Serializer[Any]):
    """What an advisor replied, and when."""

    text = serializers.CharField()
    replied_at = serializers.DateTimeField()


class TurnView(serializers.ModelSerializer[Turn]):
    """A question and what came of it; what there is not yet is null."""

    query_id = serializers.UUIDField(source="id")
    conversation_id = serializers.UUIDField()
    status = serializers.ChoiceField(choices=TurnStatus.choices)
    follows = serializers.UUIDField(source="follows_id", allow_null=True)
    outcome = serializers.SerializerMethodField()
    answer = serializers.SerializerMethodField()
    author = serializers.SerializerMethodField()
    citations = Citation(many=True)
    confidence = serializers.SerializerMethodField()
    disclaimer = serializers.SerializerMethodField()
    advisor_suggested = serializers.SerializerMethodField()
    escalation = serializers.ChoiceField(choices=Escalation.choices)
    reply = serializers.SerializerMethodField()

    class Meta:
        model = Turn
        fields = (
            "query_id", "conversation_id", "number", "question", "status", "follows", "outcome", "answer", "author",
            "citations", "confidence", "disclaimer", "advisor_suggested", "degraded", "escalation", "reply", "asked_at",
            "answered_at",
        )  # fmt: skip

    @extend_schema_field(serializers.ChoiceField(choices=Outcome.choices, allow_null=True))
    def get_outcome(self, turn: Turn) -> str | None:
        """What came of it."""
        return turn.outcome or None

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_answer(self, turn: Turn) -> str | None:
        """The sentences, each with the marks of its sources."""
        return turn.answer or None

    @extend_schema_field(serializers.ChoiceField(choices=Author.choices, allow_null=True))
    def get_author(self, turn: Turn) -> str | None:
        """Whose sentences they are."""
        return turn.author or None

    @extend_schema_field(ConfidenceView(allow_null=True))
    def get_confidence(self, turn: Turn) -> dict[str, Any] | None:
        """How far it can be relied on."""
        if turn.confidence is None:
            return None
        parts = [{"name": name, "weight": WEIGHTS[name], "value": getattr(turn, name)} for name in PARTS]
        return dict(ConfidenceView({"score": turn.confidence, "band": turn.band, "parts": parts}).data)

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_disclaimer(self, turn: Turn) -> str | None:
        """What to tell whoever reads it, where it cannot be relied on."""
        return turn.disclaimer or None

    @extend_schema_field(serializers.BooleanField())
    def get_advisor_suggested(self, turn: Turn) -> bool:
        """Whether the advisor should be asked, or has been: not about what is unclear, or not of the catalog."""
        return bool(turn.disclaimer)

    @extend_schema_field(AdvisorReply(allow_null=True))
    def get_reply(self, turn: Turn) -> dict[str, Any] | None:
        """What the advisor replied."""
        if turn.replied_at is None:
            return None
        return dict(AdvisorReply({"text": turn.reply, "replied_at": turn.replied_at}).data)


class TurnQuery(PageQuery):
    """Query parameters of the list of one's questions."""

    escalation = serializers.ChoiceField(
        choices=Escalation.choices,
        required=False,
        help_text="Such as replied, for what one's advisor has replied to.",
    )


class TurnList(serializers.Serializer[Any]):
    """One page of what one has asked, the latest first."""

    items = TurnView(many=True)
    page = serializers.IntegerField()
    page_size = serializers.IntegerField()
    total = serializers.IntegerField()


class ConversationView(serializers.ModelSerializer[Conversation]):
    """A conversation with the questions of it that are kept, in order."""

    conversation_id = serializers.UUIDField(source="id")
    turns = TurnView(many=True)

    class Meta:
        model = Conversation
        fields = ("conversation_id", "started_at", "updated_at", "asked", "turns")


class EscalatedStudent(serializers.Serializer[Any]):
    """Who asks."""

    user_id = serializers.UUIDField(source="pk")
    name = serializers.CharField()


class EscalatedTurn(TurnView):
    """A question that waits for an advisor, with who asks it."""

    student = EscalatedStudent(source="conversation.user")
    escalated_at = serializers.DateTimeField()

    class Meta(TurnView.Meta):
        fields = (*TurnView.Meta.fields, "student", "escalated_at")  # type: ignore[assignment]


class EscalationList(serializers.Serializer[Any]):
    """One page of what waits for an advisor."""

    items = EscalatedTurn(many=True)
    page = serializers.IntegerField()
    page_size = serializers.IntegerField()
    total = serializers.IntegerField()
