import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

import microcred.ids


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="CacheEntry",
            fields=[
                ("key", models.CharField(max_length=300, primary_key=True, serialize=False)),
                ("value", models.JSONField()),
                ("expires_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "cache_counters",
            },
        ),
        migrations.CreateModel(
            name="RateBucket",
            fields=[
                (
                    "key",
                    models.CharField(
                        help_text="Scope and caller.", max_length=200, primary_key=True, serialize=False
                    ),
                ),
                (
                    "tokens",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.FloatField(),
                        help_text="Requests left, one number a limit.",
                        size=None,
                    ),
                ),
                ("allowed", models.BooleanField(help_text="Whether the latest request passed.")),
                ("refilled_at", models.DateTimeField(help_text="The moment for which tokens is right.")),
            ],
            options={
                "db_table": "rate_buckets",
            },
        ),
        migrations.CreateModel(
            name="AuditLog",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=microcred.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("actor_id", models.UUIDField(help_text="Who did it; empty means the system.", null=True)),
                (
                    "actor_role",
                    models.CharField(blank=True, help_text="Their role at that moment.", max_length=16),
                ),
                ("action", models.CharField(help_text="What was done, such as job.requeued.", max_length=64)),
                ("resource_type", models.CharField(max_length=32)),
                ("resource_id", models.UUIDField(null=True)),
                (
                    "metadata",
                    models.JSONField(default=dict, help_text="Further facts, without personal data."),
                ),
                (
                    "created_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), editable=False
                    ),
                ),
            ],
            options={
                "db_table": "audit_logs",
                "ordering": ["-created_at", "-id"],
                "indexes": [
                    models.Index(
                        fields=["resource_type", "resource_id", "-created_at"], name="audit_logs_resource"
                    ),
                    models.Index(fields=["actor_id", "-created_at"], name="audit_logs_actor"),
                    models.Index(fields=["-created_at"], name="audit_logs_created"),
                ],
            },
        ),
        migrations.CreateModel(
            name="IdempotencyRecord",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=microcred.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "actor",
                    models.CharField(
                        help_text="Id of the account, or the address of a stranger.", max_length=64
                    ),
                ),
                ("route", models.CharField(help_text="Method and path.", max_length=300)),
                ("key", models.CharField(max_length=255)),
                (
                    "fingerprint",
                    models.CharField(
                        help_text="SHA-256 of the canonical body, in hexadecimal.", max_length=64
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("running", "Running"), ("completed", "Completed")],
                        default="running",
                        max_length=16,
                    ),
                ),
                ("owner_token", models.UUIDField(help_text="Proves which request may store the answer.")),
                (
                    "lease_expires_at",
                    models.DateTimeField(help_text="From here on a running request counts as dead."),
                ),
                ("response_status", models.PositiveSmallIntegerField(null=True)),
                ("response_type", models.CharField(blank=True, max_length=100)),
                ("response_body", models.BinaryField(null=True)),
                (
                    "created_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), editable=False
                    ),
                ),
            ],
            options={
                "db_table": "idempotency_records",
                "indexes": [models.Index(fields=["created_at"], name="idempotency_records_created")],
                "constraints": [
                    models.UniqueConstraint(fields=("actor", "route", "key"), name="idempotency_records_key"),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["running", "completed"])),
                        name="idempotency_records_state",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("response_body__isnull", False),
                                ("response_status__isnull", False),
                                ("state", "completed"),
                            ),
                            models.Q(
                                ("response_body__isnull", True),
                                ("response_status__isnull", True),
                                ("state", "running"),
                            ),
                            _connector="OR",
                        ),
                        name="idempotency_records_answer",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="AsyncJob",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=microcred.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "kind",
                    models.CharField(db_column="job_type", help_text="A name in JOB_KINDS.", max_length=32),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("queued", "Queued"),
                            ("running", "Running"),
                            ("succeeded", "Succeeded"),
                            ("dead", "Dead"),
                        ],
                        default="queued",
                        max_length=24,
                    ),
                ),
                (
                    "attempts",
                    models.PositiveIntegerField(default=0, help_text="Claims so far; counted when claimed."),
                ),
                ("max_attempts", models.PositiveIntegerField()),
                (
                    "giving_up",
                    models.BooleanField(
                        default=False, help_text="Attempts are used up; the kind may degrade."
                    ),
                ),
                ("give_ups", models.PositiveIntegerField(default=0, help_text="Claims so far to give up.")),
                (
                    "payload",
                    models.JSONField(
                        blank=True, default=dict, help_text="Ids and small facts, never content."
                    ),
                ),
                (
                    "error_payload",
                    models.JSONField(blank=True, help_text="The latest failure: type and place.", null=True),
                ),
                (
                    "unique_key",
                    models.CharField(
                        blank=True,
                        help_text="Natural key: at most one job ever has it.",
                        max_length=200,
                        null=True,
                    ),
                ),
                (
                    "correlation_id",
                    models.CharField(blank=True, help_text="The request that caused it.", max_length=64),
                ),
                ("owner_token", models.UUIDField(editable=False, null=True)),
                ("lease_expires_at", models.DateTimeField(editable=False, null=True)),
                (
                    "claimed_by",
                    models.CharField(
                        blank=True, help_text="Worker and process of the last claim.", max_length=100
                    ),
                ),
                (
                    "queued_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), editable=False
                    ),
                ),
                (
                    "next_run_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        help_text="Not to be claimed before.",
                    ),
                ),
                (
                    "rung_at",
                    models.DateTimeField(
                        help_text="When a worker was last woken for it since it was due.", null=True
                    ),
                ),
                ("started_at", models.DateTimeField(help_text="The last claim.", null=True)),
                ("completed_at", models.DateTimeField(help_text="When it succeeded or died.", null=True)),
            ],
            options={
                "db_table": "async_jobs",
                "ordering": ["-queued_at", "-id"],
                "indexes": [
                    models.Index(fields=["status", "next_run_at"], name="async_jobs_status_next_run"),
                    models.Index(
                        condition=models.Q(("status", "running")),
                        fields=["lease_expires_at"],
                        name="async_jobs_leases",
                    ),
                    models.Index(fields=["-queued_at"], name="async_jobs_queued"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["queued", "running", "succeeded", "dead"])),
                        name="async_jobs_status",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("lease_expires_at__isnull", False),
                                ("owner_token__isnull", False),
                                ("status", "running"),
                            ),
                            models.Q(
                                models.Q(("status", "running"), _negated=True),
                                ("lease_expires_at__isnull", True),
                                ("owner_token__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="async_jobs_lease",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("attempts__gte", 0),
                            ("attempts__lte", models.F("max_attempts")),
                            ("max_attempts__gte", 1),
                        ),
                        name="async_jobs_attempts",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("give_ups", 0),
                            models.Q(("give_ups__gte", 1), ("give_ups__lte", 5), ("giving_up", True)),
                            _connector="OR",
                        ),
                        name="async_jobs_give_ups",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("completed_at__isnull", False), ("status__in", ["succeeded", "dead"])),
                            models.Q(
                                models.Q(("status__in", ["succeeded", "dead"]), _negated=True),
                                ("completed_at__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="async_jobs_completed",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("unique_key__isnull", False)),
                        fields=("unique_key",),
                        name="async_jobs_unique_key",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="MetricSnapshot",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=microcred.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("metric_type", models.CharField(max_length=32)),
                ("value", models.DecimalField(decimal_places=3, max_digits=12)),
                ("context", models.JSONField(default=dict)),
                (
                    "captured_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), editable=False
                    ),
                ),
            ],
            options={
                "db_table": "metric_snapshots",
                "ordering": ["-captured_at", "-id"],
                "indexes": [
                    models.Index(fields=["metric_type", "-captured_at"], name="metric_snapshots_type")
                ],
            },
        ),
    ]
