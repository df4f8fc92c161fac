"""The life of one assessment."""

from django.apps import AppConfig


class AssessmentsConfig(AppConfig):
    name = "assessments"
