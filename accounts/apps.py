"""Who people are and whom they may see."""

from importlib import import_module

from django.apps import AppConfig
from django.core.checks import Tags, register

from accounts.institution import checks


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        """Register what a log-in begins and leaves, and the system check."""
        register(checks.check_institution, Tags.security)
        import_module("accounts.sessions")
        import_module("accounts.receivers")
