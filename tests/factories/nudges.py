"""Nudges for tests."""

import datetime as dt

import factory
from factory.django import DjangoModelFactory

from nudges.models import Nudge, NudgePreference
from tests.factories.accounts import UserFactory

NOW = dt.datetime(2026, 3, 11, 12, tzinfo=dt.UTC)  # a Wednesday


class NudgePreferenceFactory(DjangoModelFactory[NudgePreference]):
    """A student who wants everything, by the clock of the institution, and whose look is due."""

    class Meta:
        model = NudgePreference

    user = factory.SubFactory(UserFactory)
    look_at = NOW
    created_at = NOW
    updated_at = factory.SelfAttribute("created_at")


class NudgeFactory(DjangoModelFactory[Nudge]):
    """A goal that was reached, told in the app."""

    class Meta:
        model = Nudge

    user = factory.SubFactory(UserFactory)
    kind = "goal_reached"
    reference = factory.Sequence(lambda number: f"goal {number}")
    about = factory.SelfAttribute("reference")
    title = "You have reached your goal: joins"
    text = "Set yourself the next goal."
    reason = "You reached the goal on 11 March, 12:00."
    in_app = True
    created_at = NOW
    day = factory.LazyAttribute(lambda nudge: nudge.created_at.date())
