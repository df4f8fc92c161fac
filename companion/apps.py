"""What advisors see, and what helps students follow through."""

from importlib import import_module

from django.apps import AppConfig


class CompanionConfig(AppConfig):
    name = "companion"

    def ready(self) -> None:
        """Connect the receivers."""
        import_module("companion.receivers")
