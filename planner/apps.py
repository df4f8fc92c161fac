"""What people have set out to do."""

from django.apps import AppConfig


class PlannerConfig(AppConfig):
    name = "planner"
