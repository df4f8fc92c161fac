"""Practising skills at the level that one has reached."""

from importlib import import_module

from django.apps import AppConfig


class PracticeConfig(AppConfig):
    name = "practice"

    def ready(self) -> None:
        """Connect the receivers."""
        import_module("practice.receivers")
