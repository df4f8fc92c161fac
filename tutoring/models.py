"""Who tells of sessions, what was said in them, and the summaries of that."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models

from microcred.db import Model
from tutoring.enums import Author, Failure, Outcome, Standing, SummaryStatus, VersionKind

LONGEST_NAME = 120
LONGEST_ID = 200
LONGEST_SUBJECT = 200
LONGEST_URL = 2000
_BY_NO_MODEL = models.Q(model="", prompt_version="", call_id__isnull=True, lines_left_out=0)
_BY_A_MODEL = models.Q(call_id__isnull=False) & ~models.Q(model="") & ~models.Q(prompt_version="")


class TutoringSource(Model):
    """A tutoring system that tells of sessions by signed messages."""

    name = models.CharField(max_length=LONGEST_NAME, unique=True)
    active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "tutoring_sources"
        ordering = ["name", "id"]
        constraints = [
            models.CheckConstraint(condition=~models.Q(name=""), name="tutoring_sources_named"),
        ]

    def __str__(self) -> str:
        return self.name


class TutoringSecret(Model):
    """A key that a tutoring system signs with, kept sealed and shown once to whoever made it.

    The one without ``expires_at`` is the current one; a replaced one is good beside it until it expires.
    """

    source = models.ForeignKey(TutoringSource, on_delete=models.CASCADE, related_name="secrets")
    sealed = models.TextField(editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "tutoring_secrets"
        ordering = ["source", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["source"],
                condition=models.Q(expires_at__isnull=True),
                name="tutoring_secrets_one_current",
            ),
        ]

    def __str__(self) -> str:
        return f"secret of {self.source_id}"


class SessionSummary(Model):
    """One message about a session with a student, and the summary of that.

    ``webhook_id`` is the sender's id of the message and ``body_sha256`` the hash of it. What the summary says stands in
    its newest version; ``skills`` are the keys of the skills that it says were worked on. ``replaced_by`` is the
    summary of a later message about the same session.
    """

    source = models.ForeignKey(TutoringSource, on_delete=models.PROTECT, related_name="summaries")
    webhook_id = models.CharField(max_length=LONGEST_ID)
    body_sha256 = models.CharField(max_length=64)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="session_summaries"
    )
    session_id = models.CharField(max_length=LONGEST_ID)
    tutor = models.CharField(max_length=LONGEST_NAME, blank=True)
    subject = models.CharField(max_length=LONGEST_SUBJECT, blank=True)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField()
    received_at = models.DateTimeField()
    status = models.CharField(max_length=16, choices=SummaryStatus.choices, default=SummaryStatus.WAITING)
    failure = models.CharField(max_length=16, choices=Failure.choices, blank=True)
    standing = models.CharField(max_length=16, choices=Standing.choices, default=Standing.CURRENT)
    replaced_by = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, related_name="replaces")
    skills = ArrayField(models.CharField(max_length=64), default=list)
    settled_at = models.DateTimeField(null=True, help_text="When the summary was there, or was given up.")

    class Meta:
        db_table = "session_summaries"
        ordering = ["-ended_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["source", "webhook_id"], name="session_summaries_once"),
            models.CheckConstraint(
                condition=models.Q(ended_at__gte=models.F("started_at")), name="session_summaries_end_later"
            ),
            models.CheckConstraint(
                condition=models.Q(status=SummaryStatus.WAITING, failure="", settled_at__isnull=True)
                | models.Q(status=SummaryStatus.READY, failure="", settled_at__isnull=False)
                | models.Q(status=SummaryStatus.FAILED, failure__in=Failure.values, settled_at__isnull=False),
                name="session_summaries_settled_whole",
            ),
            models.CheckConstraint(
                condition=models.Q(standing__in=Standing.values), name="session_summaries_standing_known"
            ),
        ]
        indexes = [
            models.Index(fields=["user", "-ended_at", "-id"], name="idx_session_summaries_user"),
            models.Index(fields=["source", "session_id"], name="idx_session_summaries_session"),
            models.Index(
                fields=["received_at"],
                condition=models.Q(status=SummaryStatus.WAITING),
                name="idx_session_summaries_waiting",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id}: session {self.session_id}"


class SessionTranscript(Model):
    """What was said in a session: as it was sent, or ``url`` where it is still to be fetched.

    It goes after some days; the lines that a summary cites stay with that.
    """

    summary = models.OneToOneField(SessionSummary, on_delete=models.CASCADE, related_name="transcript")
    said = models.JSONField(null=True, help_text="A text, or lines of speaker, text and seconds.")
    url = models.CharField(max_length=LONGEST_URL, blank=True)
    received_at = models.DateTimeField()

    class Meta:
        db_table = "session_transcripts"
        ordering = ["received_at"]
        indexes = [models.Index(fields=["received_at"], name="idx_session_transcripts_age")]

    def __str__(self) -> str:
        return f"transcript of {self.summary_id}"


class SummaryVersion(Model):
    """What a summary said from ``made_at`` on, until the next version. Rows are never changed.

    ``narrative`` are sentences ``{"text", "lines"}``, ``topics`` ``{"skill", "name", "share", "lines"}``, ``steps``
    ``{"number", "text", "said_by", "lines", "skill"}`` and ``lines`` the lines that sentences and steps cite,
    ``{"number", "speaker", "text"}``. A step keeps its number for as long as it stands, and no other gets it after.

    Where a language model wrote the sentences, ``model``, ``prompt_version`` and ``call_id``, a row of the ledger of
    paid calls, say which and how; they stay with the sentences for as long as an advisor leaves these as they are.
    """

    summary = models.ForeignKey(SessionSummary, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=16, choices=VersionKind.choices, default=VersionKind.MADE)
    outcome = models.CharField(max_length=16, choices=Outcome.choices)
    author = models.CharField(max_length=16, choices=Author.choices)
    model = models.CharField(max_length=64, blank=True, help_text="Which language model wrote the sentences.")
    prompt_version = models.CharField(max_length=32, blank=True)
    call_id = models.UUIDField(null=True, help_text="The call by which they came.")
    lines_left_out = models.PositiveIntegerField(
        default=0, help_text="How many lines of the session the model was not given."
    )
    degraded = models.BooleanField(default=False, help_text="Whether a model was to write it and did not.")
    narrative = models.JSONField(default=list)
    topics = models.JSONField(default=list)
    steps = models.JSONField(default=list)
    lines = models.JSONField(default=list)
    reason = models.TextField(
        blank=True, help_text="Why it was corrected or withdrawn; the student reads it."
    )
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    made_at = models.DateTimeField()

    class Meta:
        db_table = "session_summary_versions"
        ordering = ["summary", "number"]
        constraints = [
            models.UniqueConstraint(fields=["summary", "number"], name="session_summary_versions_numbered"),
            models.CheckConstraint(
                condition=models.Q(outcome__in=Outcome.values), name="session_summary_versions_outcome_known"
            ),
            models.CheckConstraint(
                condition=models.Q(kind=VersionKind.MADE, made_by__isnull=True, reason="")
                & ~models.Q(author=Author.PERSON)
                | models.Q(
                    kind__in=[VersionKind.CORRECTED, VersionKind.WITHDRAWN],
                    author=Author.PERSON,
                    made_by__isnull=False,
                )
                & ~models.Q(reason=""),
                name="session_summary_versions_say_who_and_why",
            ),
            models.CheckConstraint(
                condition=models.Q(author=Author.EXTRACT) & _BY_NO_MODEL
                | models.Q(author=Author.MODEL) & _BY_A_MODEL
                | models.Q(author=Author.PERSON) & (_BY_NO_MODEL | _BY_A_MODEL),
                name="session_summary_versions_say_which_model",
            ),
            models.CheckConstraint(
                condition=models.Q(degraded=False) | models.Q(author=Author.EXTRACT),
                name="session_summary_versions_degraded_quotes",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.summary_id}, version {self.number}"
