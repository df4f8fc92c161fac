"""Tasks for tests."""

import datetime as dt

import factory
from factory.django import DjangoModelFactory

from planner.models import Task
from tests.factories.accounts import UserFactory

NOW = dt.datetime(2026, 3, 11, 12, tzinfo=dt.UTC)  # a Wednesday


class TaskFactory(DjangoModelFactory[Task]):
    """An open task of somebody's own."""

    class Meta:
        model = Task

    user = factory.SubFactory(UserFactory)
    title = factory.Sequence(lambda number: f"Task {number}")
    created_at = NOW
    updated_at = factory.SelfAttribute("created_at")
