"""What was asked of a model that costs money, and what came of it."""

from django.conf import settings
from django.db import models

from microcred.db import Model
from scoring.enums import CallContent, CallPurpose, CallState

#: What is asked about something of a person's that is no assessment.
OF_A_PERSON = [CallPurpose.ANSWERS, CallPurpose.SUMMARIES]
OF_NO_ASSESSMENT = [*OF_A_PERSON, CallPurpose.GATE, CallPurpose.PRACTICE]


class ModelCall(Model):
    """One call to a provider: the row is there, with a reserved cost, before anything is sent.

    It is settled once, by an update that asks for the state ``reserved``; the database refuses any other
    change, but for ``kept_as``, which is written once while the call is under way. ``outcome`` is ``answered``,
    the kind of failure, or ``abandoned`` for a call whose worker died before it could say. Costs are in micro-cents
    (millionths of a cent). What is spent is ``cost_microcents`` and, as long as that is empty,
    ``reserved_microcents``. ``job_id`` and ``attempt`` name the work the call was made in. A call that embeds texts
    has their number and no contents, and where it was made for the catalog no assessment; one that waits in a batch
    is answered by that. Neither has a call of a release gate, which judges essays of our own: it is written down when
    it is over. A call that answers a question or summarises a session names the ``person`` whose that is, and no
    assessment; one for items to practise with, or that measures a model on texts of our own, is nobody's.
    """

    assessment = models.ForeignKey(
        "assessments.Assessment", on_delete=models.CASCADE, null=True, related_name="model_calls"
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        null=True,
        related_name="model_calls",
        help_text="Whose question or session it is about, where it is about no assessment.",
    )
    batch = models.ForeignKey("scoring.ModelBatch", on_delete=models.PROTECT, null=True, related_name="calls")
    purpose = models.CharField(max_length=24, choices=CallPurpose.choices)
    reading = models.PositiveSmallIntegerField(
        default=1, help_text="Which reading of the same essays it was."
    )
    provider = models.CharField(max_length=32)
    host = models.CharField(max_length=255, help_text="Where the texts went.")
    model = models.CharField(max_length=64)
    prompt_version = models.CharField(max_length=32, blank=True)
    prompt_sha256 = models.CharField(max_length=64, blank=True)
    texts = models.PositiveIntegerField(null=True, help_text="How many texts were embedded.")
    input_sha256 = models.CharField(max_length=64, help_text="Of the prompt as it was sent.")
    job_id = models.UUIDField(null=True)
    attempt = models.PositiveSmallIntegerField(default=1)
    correlation_id = models.CharField(max_length=64, blank=True)
    month = models.DateField(help_text="First day of the month whose budget it counts against.")
    reserved_microcents = models.BigIntegerField()
    started_at = models.DateTimeField()
    state = models.CharField(max_length=16, choices=CallState.choices, default=CallState.RESERVED)
    outcome = models.CharField(max_length=24, blank=True)
    answered_model = models.CharField(max_length=64, blank=True)
    input_tokens = models.PositiveIntegerField(null=True)
    output_tokens = models.PositiveIntegerField(null=True)
    latency_ms = models.PositiveIntegerField(null=True)
    cost_microcents = models.BigIntegerField(null=True)
    cost_is_estimate = models.BooleanField(default=False)
    settled_at = models.DateTimeField(null=True)
    kept_as = models.CharField(
        max_length=128, blank=True, help_text="The name under which the provider keeps the answer."
    )

    class Meta:
        db_table = "model_calls"
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(reserved_microcents__gte=0)
                & (models.Q(cost_microcents__isnull=True) | models.Q(cost_microcents__gte=0)),
                name="model_calls_cost_not_negative",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    state=CallState.RESERVED,
                    settled_at__isnull=True,
                    cost_microcents__isnull=True,
                    outcome="",
                )
                | (
                    models.Q(state=CallState.SETTLED, settled_at__isnull=False, cost_microcents__isnull=False)
                    & ~models.Q(outcome="")
                ),
                name="model_calls_settled_has_outcome",
            ),
            models.CheckConstraint(
                condition=models.Q(purpose__in=CallPurpose.values), name="model_calls_purpose_known"
            ),
            models.CheckConstraint(
                condition=models.Q(purpose=CallPurpose.EMBEDDING, texts__gte=1, prompt_version="")
                | models.Q(purpose__in=OF_NO_ASSESSMENT, texts__isnull=True, assessment__isnull=True)
                & ~models.Q(prompt_version="")
                | ~models.Q(purpose__in=[CallPurpose.EMBEDDING, *OF_NO_ASSESSMENT])
                & models.Q(texts__isnull=True, assessment__isnull=False)
                & ~models.Q(prompt_version=""),
                name="model_calls_say_what_was_sent",
            ),
            models.CheckConstraint(
                condition=models.Q(purpose__in=OF_A_PERSON, person__isnull=False)
                | ~models.Q(purpose__in=OF_A_PERSON) & models.Q(person__isnull=True),
                name="model_calls_answer_somebody",
            ),
            models.CheckConstraint(
                condition=models.Q(purpose=CallPurpose.RESCORING, batch__isnull=False)
                | ~models.Q(purpose=CallPurpose.RESCORING) & models.Q(batch__isnull=True),
                name="model_calls_of_batches_rescore",
            ),
        ]
        indexes = [
            models.Index(fields=["month"], name="idx_model_calls_month"),
            models.Index(
                fields=["job_id"],
                name="idx_model_calls_open",
                condition=models.Q(state=CallState.RESERVED),
            ),
        ]

    def __str__(self) -> str:
        came_of_it = self.outcome or self.get_state_display().lower()
        return f"{self.get_purpose_display()} by {self.model}: {came_of_it}"

    @property
    def spent_microcents(self) -> int:
        """What counts against the budgets."""
        return self.reserved_microcents if self.cost_microcents is None else self.cost_microcents


class ModelCallContent(Model):
    """A text that was sent or came back; these rows, and nothing else of a call, are personal.

    ``prompt`` is all that was sent beside the system part, ``answer`` a student's own part of it, redacted,
    under the label it had in the call; ``reply`` is what the model said, word for word. ``fingerprint``
    (of an answer) covers everything a judgement depends on. ``request`` is the rest of what is sent for a call
    that waits in a batch, as JSON.
    """

    call = models.ForeignKey(ModelCall, on_delete=models.CASCADE, related_name="contents")
    kind = models.CharField(max_length=8, choices=CallContent.choices)
    question_snapshot = models.ForeignKey(
        "assessments.QuestionSnapshot", on_delete=models.CASCADE, null=True, related_name="+"
    )
    label = models.CharField(max_length=8, blank=True)
    fingerprint = models.CharField(max_length=64, blank=True)
    text = models.TextField()
    replaced = models.JSONField(default=dict, help_text="How many things of each kind were replaced.")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "model_call_contents"
        ordering = ["call", "id"]
        constraints = [
            models.UniqueConstraint(fields=["call", "kind", "label"], name="model_call_contents_once"),
            models.CheckConstraint(
                condition=models.Q(kind__in=CallContent.values), name="model_call_contents_kind_known"
            ),
            models.CheckConstraint(
                condition=~models.Q(kind=CallContent.ANSWER)
                | models.Q(question_snapshot__isnull=False) & ~models.Q(fingerprint="") & ~models.Q(label=""),
                name="model_call_contents_answer_named",
            ),
        ]
        indexes = [
            models.Index(
                fields=["fingerprint"],
                name="idx_model_call_fingerprint",
                condition=~models.Q(fingerprint=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.label}".strip()


class ModelCallClaim(Model):
    """That a call about one essay is under way, so that nobody else pays for the same words meanwhile.

    There from the reservation until the call is settled. A worker that dies leaves its claim behind; from
    ``expires_at`` on (by the database's clock) it stands in nobody's way. Housekeeping, not a record.
    """

    call = models.ForeignKey(ModelCall, on_delete=models.CASCADE, related_name="claims")
    fingerprint = models.CharField(max_length=64)
    reading = models.PositiveSmallIntegerField()
    expires_at = models.DateTimeField()

    class Meta:
        db_table = "model_call_claims"
        constraints = [
            models.UniqueConstraint(fields=["fingerprint", "reading"], name="model_call_claims_once"),
        ]

    def __str__(self) -> str:
        return f"Reading {self.reading}, claimed until {self.expires_at:%d %b %Y, %H:%M}"
