"""``manage.py nudges``: who is due, and what came of what was told."""

import datetime as dt
from io import StringIO

import pytest
from django.core.management import call_command
from django.utils import timezone

from nudges.models import Nudge
from tests.factories.nudges import NudgeFactory, NudgePreferenceFactory
from tests.factories.practice import PracticeGoalFactory

pytestmark = pytest.mark.django_db
HOUR = dt.timedelta(hours=1)


def said(*arguments: str) -> list[str]:
    out = StringIO()
    call_command("nudges", *arguments, stdout=out)
    return out.getvalue().splitlines()


def test_who_is_due_is_shown_and_told_unless_it_is_a_dry_run() -> None:
    now = timezone.now()
    goal = PracticeGoalFactory(status="reached", reached_at=now - HOUR, title="Joins")
    NudgePreferenceFactory(user=goal.user, quiet_from=dt.time(0), quiet_until=dt.time(0))
    night = PracticeGoalFactory(status="reached", reached_at=now - HOUR)
    NudgePreferenceFactory(user=night.user, quiet_from=dt.time(0), quiet_until=dt.time.max)
    stopped = PracticeGoalFactory(status="reached", reached_at=now - HOUR)
    NudgePreferenceFactory(user=stopped.user, stopped_at=now, look_at=None)
    reason = f"You reached the goal on {now - HOUR:%-d %B, %H:%M}."

    dry, wet = said("due", "--dry-run"), said("due")

    assert dry[0] == f"{goal.user_id}  goal_reached           due: {reason}"
    assert dry[1].startswith(f"{night.user_id}  goal_reached           held until ")
    assert wet[0] == f"{goal.user_id}  goal_reached           told: {reason}"
    assert len(dry) == len(wet) == 2
    assert [nudge.user_id for nudge in Nudge.objects.all()] == [goal.user_id]


def test_figures_are_by_kind() -> None:
    now = timezone.now()
    first = now - 10 * dt.timedelta(days=1)
    NudgeFactory(created_at=first, letter="sent", sent_at=first, opened_at=now, followed_at=first + 48 * HOUR)
    NudgeFactory(created_at=first, opened_at=now, clicked_at=now, followed_at=first + 49 * HOUR)
    NudgeFactory(created_at=first, kind="inactive", letter="failed")
    NudgeFactory(created_at=now - dt.timedelta(days=31))

    assert said("report") == [
        "kind                    told   sent opened clicked followed",
        "unfinished_assessment      0      0      0       0        0",
        "advisor_replied            0      0      0       0        0",
        "result_ready               0      0      0       0        0",
        "result_changed             0      0      0       0        0",
        "credential_decided         0      0      0       0        0",
        "goal_reached               2      1      2       1        1",
        "agreed_step                0      0      0       0        0",
        "inactive                   1      0      0       0        0",
        "related_skill              0      0      0       0        0",
    ]
    assert said("report", "--days", "60")[6].split() == ["goal_reached", "3", "1", "2", "1", "1"]
