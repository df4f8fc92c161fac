"""From a skill profile to ranked credentials with their evidence."""

from importlib import import_module

from django.apps import AppConfig


class RecommendationsConfig(AppConfig):
    name = "recommendations"

    def ready(self) -> None:
        """Connect the receivers."""
        import_module("recommendations.receivers")
