"""Nudges: one word a day, at most, to a student for whom something stands open."""

from django.apps import AppConfig


class NudgesConfig(AppConfig):
    name = "nudges"
