"""From answers to scores and a skill profile."""

from importlib import import_module

from django.apps import AppConfig
from django.core.checks import Tags, register


class ScoringConfig(AppConfig):
    name = "scoring"

    def ready(self) -> None:
        """Connect the receivers and register the system check."""
        import_module("scoring.receivers")
        register(import_module("scoring.releasing").check_release, Tags.database)
