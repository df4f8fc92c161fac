"""What the database refuses of tasks, whoever writes them."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction

from planner.enums import Source, TaskStatus
from tests.factories.planner import NOW, TaskFactory
from tests.factories.service_keys import service_key

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"title": ""}, "tasks_titled"),
        ({"status": "later"}, "tasks_status_known"),
        ({"priority": "none"}, "tasks_priority_known"),
        ({"source": "elsewhere"}, "tasks_source_known"),
        ({"source": Source.PLATFORM}, "tasks_platform_has_key"),
        ({"status": TaskStatus.DONE}, "tasks_done_has_time"),
        ({"completed_at": NOW}, "tasks_done_has_time"),
        ({"version": 0}, "tasks_version_positive"),
        ({"tags": [str(number) for number in range(21)]}, "tasks_not_too_many_tags"),
    ],
)
def test_what_no_task_can_be(fields: dict[str, Any], constraint: str) -> None:
    with pytest.raises(IntegrityError, match=constraint):
        TaskFactory(**fields)


def test_only_a_platforms_task_names_a_key() -> None:
    key, _ = service_key()

    with pytest.raises(IntegrityError, match="tasks_platform_has_key"):
        TaskFactory(platform=key)


def test_a_reference_stands_for_one_task_of_its_source() -> None:
    first = TaskFactory(reference="thesis")
    key, _ = service_key()

    TaskFactory(reference="thesis")  # somebody else's
    TaskFactory(user=first.user, source=Source.NUDGE, reference="thesis")
    TaskFactory(user=first.user, source=Source.PLATFORM, platform=key, reference="thesis")
    TaskFactory(user=first.user)
    TaskFactory(user=first.user)  # none at all stands for nothing
    with pytest.raises(IntegrityError, match="tasks_reference_once"), transaction.atomic():
        TaskFactory(user=first.user, reference="thesis")
    with pytest.raises(IntegrityError, match="tasks_reference_once"), transaction.atomic():
        TaskFactory(user=first.user, source=Source.PLATFORM, platform=key, reference="thesis")
