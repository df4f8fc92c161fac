"""What can be asked and what can be earned."""

from django.apps import AppConfig


class CatalogConfig(AppConfig):
    name = "catalog"
