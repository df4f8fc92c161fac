"""From answers to scores and a skill profile."""

from importlib import import_module

from django.apps import AppConfig


class ScoringConfig(AppConfig):
    name = "scoring"

    def ready(self) -> None:
        """Connect the receivers."""
        import_module("scoring.receivers")
