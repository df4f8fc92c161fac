"""Background work."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from microcred.db import Model
from ops.enums import JobStatus

MAX_GIVE_UPS = 5


class AsyncJob(Model):
    """One piece of background work, and the only record of it; the task queue merely wakes workers up.

    Made by ``ops.jobs.enqueue`` in the transaction of the change that calls for the work. A worker claims it
    by one guarded UPDATE that sets ``owner_token`` and ``lease_expires_at`` (by the database's clock) and
    counts the attempt; every later write to a running job checks the token, so a worker that lost its lease
    changes nothing. A job whose attempts are used up and whose kind can degrade is queued once more with
    ``giving_up``: what then runs is the kind's ``give_up``. ``dead`` comes after that.

    ``kind``, ``payload``, ``assessment``, ``unique_key``, ``share`` and ``queued_at`` never change. A trigger rings
    for the workers whenever a row becomes, or is made, ``queued``.
    """

    assessment = models.ForeignKey(
        "assessments.Assessment", on_delete=models.SET_NULL, null=True, blank=True, related_name="jobs"
    )
    kind = models.CharField(db_column="job_type", max_length=32, help_text="A name in JOB_KINDS.")
    status = models.CharField(max_length=24, choices=JobStatus, default=JobStatus.QUEUED)
    attempts = models.PositiveIntegerField(default=0, help_text="Claims so far; counted when claimed.")
    max_attempts = models.PositiveIntegerField()
    giving_up = models.BooleanField(default=False, help_text="Attempts are used up; the kind may degrade.")
    give_ups = models.PositiveIntegerField(default=0, help_text="Claims so far to give up.")
    payload = models.JSONField(default=dict, blank=True, help_text="Ids and small facts, never content.")
    error_payload = models.JSONField(null=True, blank=True, help_text="The latest failure: type and place.")
    unique_key = models.CharField(
        max_length=200, null=True, blank=True, help_text="Natural key: at most one job ever has it."
    )
    correlation_id = models.CharField(max_length=64, blank=True, help_text="The request that caused it.")
    owner_token = models.UUIDField(null=True, editable=False)
    lease_expires_at = models.DateTimeField(null=True, editable=False)
    claimed_by = models.CharField(
        max_length=100, blank=True, help_text="Worker and process of the last claim."
    )
    queued_at = models.DateTimeField(db_default=Now(), editable=False)
    next_run_at = models.DateTimeField(db_default=Now(), help_text="Not to be claimed before.")
    share = models.CharField(
        max_length=80, blank=True, db_default="", help_text="Whose turn it takes where a kind limits those."
    )
    alone = models.BooleanField(
        db_default=False, help_text="Its workers died twice: it runs where no other job can suffer from it."
    )
    started_at = models.DateTimeField(null=True, help_text="The last claim.")
    completed_at = models.DateTimeField(null=True, help_text="When it succeeded or died.")

    class Meta:
        db_table = "async_jobs"
        ordering = ["-queued_at", "-id"]
        constraints = [
            models.CheckConstraint(name="async_jobs_status", condition=Q(status__in=JobStatus.values)),
            models.CheckConstraint(
                name="async_jobs_lease",
                condition=Q(
                    status=JobStatus.RUNNING, owner_token__isnull=False, lease_expires_at__isnull=False
                )
                | (~Q(status=JobStatus.RUNNING) & Q(owner_token__isnull=True, lease_expires_at__isnull=True)),
            ),
            models.CheckConstraint(
                name="async_jobs_attempts",
                condition=Q(attempts__gte=0, attempts__lte=F("max_attempts"), max_attempts__gte=1),
            ),
            models.CheckConstraint(
                name="async_jobs_give_ups",
                condition=Q(give_ups=0) | Q(giving_up=True, give_ups__gte=1, give_ups__lte=MAX_GIVE_UPS),
            ),
            models.CheckConstraint(
                name="async_jobs_completed",
                condition=Q(status__in=[JobStatus.SUCCEEDED, JobStatus.DEAD], completed_at__isnull=False)
                | (~Q(status__in=[JobStatus.SUCCEEDED, JobStatus.DEAD]) & Q(completed_at__isnull=True)),
            ),
            models.UniqueConstraint(
                fields=["unique_key"], condition=Q(unique_key__isnull=False), name="async_jobs_unique_key"
            ),
        ]
        indexes = [
            models.Index(
                fields=["alone", "next_run_at", "id"],
                condition=Q(status=JobStatus.QUEUED),
                name="async_jobs_ready",
            ),
            models.Index(
                fields=["lease_expires_at"], condition=Q(status=JobStatus.RUNNING), name="async_jobs_leases"
            ),
            models.Index(fields=["-queued_at"], name="async_jobs_queued"),
            models.Index(
                fields=["completed_at"],
                condition=Q(completed_at__isnull=False),
                name="async_jobs_ended",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} ({self.status})"
