"""What of this app's tables, and of those of the libraries that the product uses, is personal."""

from microcred.privacy import ErasureAction, Purpose, table

TABLES = (
    table(
        "ops.AuditLog", Purpose.ACCOUNTABILITY, ErasureAction.KEPT, people="actor_id resource_id",
        link="actor_id", about="actor_role action resource_type resource_id created_at", none="id",
        other="metadata",
    ),
    table("ops.AuditLink", Purpose.ACCOUNTABILITY, none="audit sequence previous digest"),
    table(
        "ops.IdempotencyRecord", Purpose.OPERATION, ErasureAction.DELETED,
        link="actor", proof="response_body", about="route key created_at",
        none="id fingerprint state owner_token lease_expires_at response_status response_headers response_type",
    ),
    table(
        "ops.AsyncJob", Purpose.OPERATION, ErasureAction.DELETED,
        link="assessment", about="payload unique_key correlation_id queued_at",
        none="id kind status attempts max_attempts giving_up give_ups error_payload owner_token lease_expires_at "
        "claimed_by next_run_at share alone started_at completed_at",
    ),
    table(
        "ops.MetricSnapshot", Purpose.OPERATION, ErasureAction.CLEARED, ages_by="captured_at", keep="MEASUREMENTS",
        link="assessment", none="id metric_type value context captured_at",
    ),
    # Over many people; where these are few, nothing is said of them.
    table("ops.KeptFigures", Purpose.OPERATION, none="id subject about asked_at worked_out_at figures"),
    table(
        "ops.RateBucket", Purpose.OPERATION, ErasureAction.DELETED,
        link="key", none="tokens allowed refilled_at",
    ),
    table("ops.CacheEntry", Purpose.OPERATION, ErasureAction.DELETED, link="key", none="value expires_at"),
    table(
        "admin.LogEntry", Purpose.ACCOUNTABILITY, ErasureAction.DELETED, ages_by="action_time", keep="ADMIN_LOG",
        link="user", about="action_time object_id action_flag", other="object_repr change_message",
        none="id content_type",
    ),
    table(
        "sessions.Session", Purpose.ACCOUNT, ErasureAction.DELETED,
        proof="session_key", link="session_data", none="expire_date",
    ),
    table("auth.Permission", Purpose.ACCOUNT, none="id name content_type codename"),
    table("auth.Group", Purpose.ACCOUNT, none="id name"),
    table("auth.Group_permissions", Purpose.ACCOUNT, none="id group permission"),
    table("contenttypes.ContentType", Purpose.OPERATION, none="id app_label model"),
    table(
        "django_q.Task", Purpose.OPERATION,
        none="id name func hook args kwargs result group cluster started stopped success attempt_count",
    ),
    table(
        "django_q.Schedule", Purpose.OPERATION,
        none="id name func hook args kwargs schedule_type minutes repeats next_run cron task cluster "
        "intended_date_kwarg",
    ),
    table("django_q.OrmQ", Purpose.OPERATION, none="id key payload lock"),
)  # fmt: skip
