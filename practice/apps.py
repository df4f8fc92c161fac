"""Practising skills at the level that one has reached."""

from django.apps import AppConfig


class PracticeConfig(AppConfig):
    name = "practice"
