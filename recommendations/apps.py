"""From a skill profile to ranked credentials with their evidence."""

from importlib import import_module

from django.apps import AppConfig
from django.core.checks import Tags, register


class RecommendationsConfig(AppConfig):
    name = "recommendations"

    def ready(self) -> None:
        """Connect the receivers and register the system check."""
        import_module("recommendations.receivers")
        checks = import_module("recommendations.checks")
        register(checks.check_index, Tags.database)
