"""Who people are and whom they may see."""

from importlib import import_module

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        """Register what a log-in begins and leaves."""
        import_module("accounts.sessions")
        import_module("accounts.receivers")
