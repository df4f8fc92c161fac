"""What of this app's tables is personal."""

from microcred.privacy import ErasureAction, Purpose, table

TABLES = (
    table(
        "accounts.User", Purpose.ACCOUNT, ErasureAction.CLEARED, people="pk",
        identity="email name", content="profile", link="id",
        about="role status told_by_letter last_login is_superuser created_at updated_at",
        proof="password", none="token_version",
    ),
    table(
        "accounts.User_groups", Purpose.ACCOUNT, ErasureAction.DELETED, people="user",
        link="user", about="group", none="id",
    ),
    table(
        "accounts.User_user_permissions", Purpose.ACCOUNT, ErasureAction.DELETED, people="user",
        link="user", about="permission", none="id",
    ),
    table(
        "accounts.AdvisorAssignment", Purpose.ACCOUNT, ErasureAction.DELETED, people="student advisor",
        link="advisor student", about="created_at", none="id",
    ),
    table(
        "accounts.GuardianLink", Purpose.ACCOUNT, ErasureAction.DELETED, people="student guardian",
        link="guardian student", about="created_at", none="id",
    ),
    table(
        "accounts.TokenFamily", Purpose.ACCOUNT, ErasureAction.DELETED, people="user",
        link="user", about="agent means proven_at factor_counted created_at expires_at ended_at ended_because",
        proof="current", none="id token_version",
    ),
    table(
        "accounts.PageSession", Purpose.ACCOUNT, ErasureAction.DELETED, people="person",
        link="person", about="agent means started_at seen_at ended_at", none="id token_version",
    ),
    table(
        "accounts.InstitutionLink", Purpose.ACCOUNT, ErasureAction.DELETED, people="person",
        link="person", identity="issuer subject", about="state changed_at", none="id",
    ),
    table(
        "accounts.SecondFactor", Purpose.ACCOUNT, ErasureAction.DELETED, people="person",
        link="person", about="confirmed_at created_at", proof="sealed_key recovery_hashes", none="id last_step",
    ),
    table(
        "accounts.PasswordLink", Purpose.ACCOUNT, ErasureAction.DELETED, people="person",
        link="person", about="created_at expires_at ended_at", proof="digest", none="id",
    ),
    table(
        "accounts.Consent", Purpose.ACCOUNTABILITY, ErasureAction.KEPT, people="user",
        link="user", about="purpose version given decided_at", none="id",
    ),
    table(
        "accounts.DataExport", Purpose.ACCOUNT, ErasureAction.DELETED, people="user",
        link="user", about="requested_at done total ready_at expires_at", none="id failed_at",
    ),
    table(
        "accounts.ExportPart", Purpose.ACCOUNT, ErasureAction.DELETED, link="export", staff="data",
        none="id position",
    ),
    table(
        "accounts.ErasureRequest", Purpose.ACCOUNTABILITY, ErasureAction.KEPT, people="user",
        link="user", about="requested_at due_at cancelled_at completed_at", other="requested_by",
        none="id steps_done started_at",
    ),
    table(
        "accounts.ServiceKey", Purpose.PARTNERS,
        none="id name scopes requests_per_minute created_at revoked_at",
    ),
    table(
        "accounts.ServiceKeySecret", Purpose.PARTNERS,
        none="id key created_at expires_at replaced_at last_used_at", proof="digest",
    ),
)  # fmt: skip
