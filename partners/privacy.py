"""What of this app's tables is personal."""

from microcred.privacy import ErasureAction, Purpose, table

TABLES = (
    table(
        "partners.WebhookEndpoint", Purpose.PARTNERS,
        none="id name url event_types scheme service_key active disabled_reason failures failing_since probes "
        "next_probe_at created_at",
        staff="contact_email",
    ),
    table("partners.WebhookSecret", Purpose.PARTNERS, none="id endpoint created_at expires_at", proof="sealed"),
    table(
        "partners.WebhookEvent", Purpose.PARTNERS, ErasureAction.DELETED, people="assessment__user",
        ages_by="created_at", keep="WEBHOOKS",
        link="assessment recommendation", about="id event_type subject_id payload status last_attempt created_at",
        none="sequence response_code attempts",
    ),
    table(
        "partners.WebhookDelivery", Purpose.PARTNERS, ErasureAction.DELETED, people="event__assessment__user",
        link="event", about="endpoint status attempts created_at",
        none="id failures next_attempt_at parked response_code last_error updated_at",
    ),
    table(
        "partners.ResultReading", Purpose.PARTNERS, ErasureAction.DELETED, people="assessment__user", ages_by="at",
        keep="WEBHOOKS",
        link="assessment", about="program at", none="id service_key",
    ),
    table(
        "partners.WebhookAttempt", Purpose.PARTNERS, ErasureAction.DELETED,
        link="delivery", about="at", none="id number response_code duration_ms error", staff="excerpt",
    ),
    table(
        "partners.LtiPlatform", Purpose.PARTNERS,
        none="id name issuer client_id deployment_ids auth_url token_url token_audience jwks_url makes_students "
        "active created_at",
    ),
    table(
        "partners.LtiLink", Purpose.ACCOUNT, ErasureAction.DELETED, people="person",
        link="person", identity="subject", about="platform confirmed linked_at", none="id",
    ),
    table(
        "partners.LtiGrade", Purpose.PARTNERS, ErasureAction.DELETED, people="person",
        link="person", about="platform role seen_at sent_score is_final scored_at sent_at",
        none="id resource_link line_item last_error failing_since retry_at",
    ),
    table("partners.LtiKey", Purpose.PARTNERS, none="id current created_at ends_at", proof="sealed"),
    table("partners.LtiNonce", Purpose.ACCOUNT, none="id used_at", proof="digest"),
)  # fmt: skip
