"""A worker that dies while it tells a gradebook: the score is told, perhaps twice, and no older one comes after it."""

import os
import signal
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.models import User
from ops import jobs
from ops.models import AsyncJob
from partners.lti import grade_sync
from partners.models import LtiGrade, LtiLink, LtiPlatform
from tests.factories.accounts import AdvisorAssignmentFactory, UserFactory
from tests.factories.catalog import role_with_every_type
from tests.fakes.identity_provider import _Handler as Handler
from tests.fakes.learning_platform import CLAIM, GIVEN, LearningPlatform
from tests.faults.failpoints import Failpoint, work_and_die
from tests.ops.harness import PATIENCE_SECONDS, SupervisedWorker, wait_until
from tests.partners.lti.test_grade_sync import announce, finish, override, told, work
from tests.partners.lti.visits import visit

pytestmark = pytest.mark.django_db(transaction=True)
SCORES = "/items/7/scores?type_id=1"


@pytest.fixture
def robin() -> User:
    made: User = UserFactory(email="robin@example.org")
    return made


@pytest.fixture
def course(platform: LearningPlatform, registered: LtiPlatform, robin: User) -> LearningPlatform:
    """A course in which a student waits for a result."""
    platform.gradebook = True
    platform.tool_keys = Client().get("/lti/keys").json()["keys"]
    platform.claims = {f"{CLAIM}custom": {"role": role_with_every_type().key}}
    LtiLink.objects.create(
        platform=registered,
        subject=GIVEN["claims"]["sub"],
        person=robin,
        confirmed=True,
        linked_at=timezone.now(),
    )
    visit(Client(), platform)
    work()
    return platform


@pytest.mark.parametrize(
    ("point", "times"),
    [
        (Failpoint("partners.lti.grade_sync.offer", "before"), 1),
        (Failpoint("partners.lti.grade_sync.offer", "after"), 1),
        (Failpoint("partners.lti.passback.send", "before"), 1),
        (Failpoint("partners.lti.passback.send", "after"), 2),
        (Failpoint("partners.lti.grade_sync.note_taken", "before"), 2),
        (Failpoint("partners.lti.grade_sync.note_taken", "after"), 2),
        (Failpoint("ops.claims.Claim.finish", "after"), 1),
    ],
    ids=str,
)
def test_at_any_moment(course: LearningPlatform, robin: User, point: Failpoint, times: int) -> None:
    finish(robin)
    AsyncJob.objects.exclude(kind=grade_sync.SEND).delete()

    work_and_die(point)
    jobs.drain(skip_waits=True)

    assert told(course) == [(56.45, "PendingManual")]
    assert [one["timestamp"] for one in course.outdated] == [course.scores[0]["timestamp"]] * (times - 1)
    grade = LtiGrade.objects.get()
    assert (grade.sent_score, grade.last_error, grade_sync.is_due(grade.pk)) == (Decimal("56.45"), "", False)


class Worker(SupervisedWorker):
    """A worker that does what the product's does for gradebooks."""

    def environment(self) -> dict[str, str]:
        """Return the environment of a worker with these jobs."""
        return super().environment() | {"DJANGO_SETTINGS_MODULE": "tests.partners.lti.worker_settings"}


def test_a_process_that_is_killed_between_sending_and_noting(
    course: LearningPlatform, robin: User, tmp_path: Path
) -> None:
    advisor = AdvisorAssignmentFactory(student=robin).advisor
    killed: list[int] = []

    def takes_and_kills(handler: Handler) -> None:
        if not killed:
            killed.append(
                int(
                    AsyncJob.objects.get(kind=grade_sync.SEND, status="running").claimed_by.rpartition("/")[2]
                )
            )
            connection.close()
            os.kill(killed[0], signal.SIGKILL)
        course.takes_score(handler)

    course.answers[SCORES] = takes_and_kills
    assessment = finish(robin)
    AsyncJob.objects.exclude(kind=grade_sync.SEND).delete()
    worker = Worker(tmp_path)
    try:
        worker.start()
        wait_until(is_known, PATIENCE_SECONDS, f"the first score is noted\n{worker.log()}")
        override(assessment, "numeric", "1", advisor)
        announce(assessment)
        wait_until(is_known, PATIENCE_SECONDS, f"the second score is noted\n{worker.log()}")
    finally:
        worker.close()

    assert told(course) == [(56.45, "PendingManual"), (69.49, "PendingManual")]
    assert [one["timestamp"] for one in course.outdated] == [course.scores[0]["timestamp"]]
    assert LtiGrade.objects.get().last_error == ""


def is_known() -> bool:
    """Whether the gradebook was told all that there is."""
    return not grade_sync.is_due(LtiGrade.objects.get().pk)
