"""What advisors see, and what helps students follow through."""

from django.apps import AppConfig


class CompanionConfig(AppConfig):
    name = "companion"
