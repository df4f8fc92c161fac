"""What this app does when Django starts."""

from django.apps import AppConfig
from django.core.checks import Tags, register

from ops import checks, connection_checks


class OpsConfig(AppConfig):
    """Jobs, audit, limits, idempotency and health."""

    name = "ops"
    verbose_name = "Operations"

    def ready(self) -> None:
        """Register the system checks."""
        register(checks.check_database, Tags.database, checks.JOBS)
        register(checks.check_caches, Tags.caches)
        register(checks.check_jobs, checks.JOBS)
        register(checks.check_threads, checks.JOBS)
        register(checks.check_connections, Tags.database)
        register(checks.check_deployment, Tags.security, deploy=True)
        register(checks.check_hosts, Tags.security, deploy=True)
        register(checks.check_log, Tags.security, deploy=True)
        register(checks.check_limits, Tags.security, deploy=True)
        register(checks.check_database_password, Tags.security, deploy=True)
        register(checks.check_database_owner, Tags.database, deploy=True)
        register(connection_checks.check_encryption, Tags.security, deploy=True)
