"""Partners who are told of results by signed webhooks."""

from importlib import import_module

from django.apps import AppConfig


class PartnersConfig(AppConfig):
    name = "partners"

    def ready(self) -> None:
        """Connect the receivers."""
        import_module("partners.receivers")
