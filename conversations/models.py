"""What students asked, what they were answered, and what waits for their advisors."""

from django.conf import settings
from django.db import models

from conversations.enums import DISCLAIMERS, Author, Band, Escalation, Outcome, Side, TurnStatus
from microcred.db import Model

LONGEST_QUESTION = 1000
LONGEST_REPLY = 4000
PARTS = ("self_assessment", "relevance", "clarity", "completeness")


def is_share(*fields: str) -> models.Q:
    """Return the condition that fields lie between 0 and 1, where they are given."""
    condition = models.Q()
    for field in fields:
        condition &= models.Q(**{f"{field}__isnull": True}) | models.Q(
            **{f"{field}__gte": 0, f"{field}__lte": 1}
        )
    return condition


class Conversation(Model):
    """Questions of a student, one after the other; the last ten are kept."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="conversations")
    started_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    asked = models.PositiveIntegerField(default=0, help_text="How many questions there have been.")

    class Meta:
        db_table = "conversations"
        ordering = ["-updated_at", "-id"]
        indexes = [models.Index(fields=["updated_at"], name="idx_conversations_updated")]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.asked} questions"


class Turn(Model):
    """A question and what came of it.

    ``topic`` is the question that began what is talked about; a follow-up has that of the turn that it ``follows``.
    ``citations`` are the passages that the answer names by their marks, as they were then. The four parts of the
    confidence and their sum lie between 0 and 1; ``self_assessment`` is empty where no model spoke.

    A question that was handed to the advisor is a thread of ``messages``. ``reply`` is the latest of an advisor's.
    ``waits_since`` is when it began to wait for one, ``student_read`` and ``advisor_read`` the last message that either
    side has read; the latter is empty as long as no advisor has said that they have read the question.
    """

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="turns")
    number = models.PositiveIntegerField()
    question = models.TextField()
    status = models.CharField(max_length=16, choices=TurnStatus.choices, default=TurnStatus.WAITING)
    topic = models.TextField(blank=True)
    follows = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, related_name="+")
    outcome = models.CharField(max_length=16, choices=Outcome.choices, blank=True)
    answer = models.TextField(blank=True)
    citations = models.JSONField(default=list)
    author = models.CharField(max_length=16, choices=Author.choices, blank=True)
    degraded = models.BooleanField(default=False, help_text="Whether a model was to speak and did not.")
    self_assessment = models.DecimalField(max_digits=5, decimal_places=4, null=True)
    relevance = models.DecimalField(max_digits=5, decimal_places=4, null=True)
    clarity = models.DecimalField(max_digits=5, decimal_places=4, null=True)
    completeness = models.DecimalField(max_digits=5, decimal_places=4, null=True)
    confidence = models.DecimalField(max_digits=5, decimal_places=4, null=True)
    band = models.CharField(max_length=8, choices=Band.choices, blank=True)
    asked_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    escalation = models.CharField(max_length=8, choices=Escalation.choices, default=Escalation.NONE)
    escalated_at = models.DateTimeField(null=True)
    reply = models.TextField(blank=True)
    replied_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    replied_at = models.DateTimeField(null=True)
    waits_since = models.DateTimeField(null=True)
    written_at = models.DateTimeField(null=True, help_text="When the latest message was written.")
    closed_at = models.DateTimeField(null=True)
    student_read = models.PositiveIntegerField(default=0, db_default=0)
    advisor_read = models.PositiveIntegerField(null=True)

    class Meta:
        db_table = "conversation_turns"
        ordering = ["conversation", "number"]
        constraints = [
            models.UniqueConstraint(fields=["conversation", "number"], name="conversation_turns_numbered"),
            models.CheckConstraint(condition=~models.Q(question=""), name="conversation_turns_asked"),
            models.CheckConstraint(
                condition=models.Q(
                    status=TurnStatus.WAITING, answered_at__isnull=True, outcome="", band="", answer=""
                )
                | models.Q(
                    status=TurnStatus.ANSWERED,
                    answered_at__isnull=False,
                    outcome__in=Outcome.values,
                    band__in=Band.values,
                )
                & ~models.Q(answer=""),
                name="conversation_turns_answered_whole",
            ),
            models.CheckConstraint(
                condition=is_share(*PARTS, "confidence"), name="conversation_turns_confidence_is_share"
            ),
            models.CheckConstraint(
                condition=models.Q(author__in=["", *Author.values]), name="conversation_turns_author_known"
            ),
            models.CheckConstraint(
                condition=models.Q(
                    escalation=Escalation.NONE, escalated_at__isnull=True, replied_at__isnull=True
                )
                | models.Q(escalation__in=[Escalation.WAITING, Escalation.CLOSED], escalated_at__isnull=False)
                | models.Q(
                    escalation=Escalation.REPLIED, escalated_at__isnull=False, replied_at__isnull=False
                )
                & ~models.Q(reply=""),
                name="conversation_turns_escalated_in_order",
            ),
            models.CheckConstraint(
                condition=models.Q(escalation=Escalation.CLOSED, closed_at__isnull=False)
                | (~models.Q(escalation=Escalation.CLOSED) & models.Q(closed_at__isnull=True)),
                name="conversation_turns_closed_has_time",
            ),
        ]
        indexes = [
            models.Index(
                fields=["escalated_at", "id"],
                condition=models.Q(escalation=Escalation.WAITING),
                name="idx_turns_escalated",
            ),
            models.Index(
                fields=["asked_at"], condition=models.Q(status=TurnStatus.WAITING), name="idx_turns_waiting"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.conversation_id}, question {self.number}"

    @property
    def disclaimer(self) -> str:
        """What to tell whoever reads the answer, empty where it can be relied on, is none about the catalog, or is not
        there yet."""
        return "" if self.band == Band.HIGH else DISCLAIMERS.get(self.outcome, "")


class ThreadMessage(Model):
    """What was said in the thread of a question that was handed to the advisor; never changed.

    ``author`` is empty where their account is gone; ``side`` says who they were in the thread.
    """

    turn = models.ForeignKey(Turn, on_delete=models.CASCADE, related_name="messages")
    number = models.PositiveIntegerField()
    side = models.CharField(max_length=8, choices=Side.choices)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    text = models.TextField()
    sent_at = models.DateTimeField()

    class Meta:
        db_table = "thread_messages"
        ordering = ["turn", "number"]
        constraints = [
            models.UniqueConstraint(fields=["turn", "number"], name="thread_messages_numbered"),
            models.CheckConstraint(condition=models.Q(number__gte=1), name="thread_messages_from_one"),
            models.CheckConstraint(
                condition=models.Q(side__in=Side.values), name="thread_messages_side_known"
            ),
            models.CheckConstraint(condition=~models.Q(text=""), name="thread_messages_say_something"),
        ]

    def __str__(self) -> str:
        return f"{self.side}, message {self.number}"
