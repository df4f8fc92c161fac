"""From answers to scores and a skill profile."""

from importlib import import_module

from django.apps import AppConfig
from django.core.checks import Tags, register
from django.db.models.signals import post_migrate


class ScoringConfig(AppConfig):
    name = "scoring"

    def ready(self) -> None:
        """Connect the receivers and what follows a migration, and register the system check."""
        import_module("scoring.receivers")
        post_migrate.connect(import_module("scoring.releasing.shipped").install, sender=self)
        register(import_module("scoring.releasing").check_release, Tags.database)
