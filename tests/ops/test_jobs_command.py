"""``manage.py jobs``."""

import uuid
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from ops import jobs
from ops.enums import JobStatus
from ops.models import AsyncJob
from tests.ops.harness import submit

pytestmark = pytest.mark.django_db


def said(*arguments: str) -> list[str]:
    out = StringIO()
    call_command("jobs", *arguments, stdout=out)
    return out.getvalue().splitlines()


def test_list_shows_the_newest_first_and_can_be_narrowed() -> None:
    note, fatal = submit(), submit("test.fatal")
    jobs.drain(skip_waits=True)

    AsyncJob.objects.filter(pk=note).update(queued_at="2026-01-01T08:05:09Z")
    AsyncJob.objects.filter(pk=fatal).update(queued_at="2026-01-01T08:05:10Z")

    assert said("list") == [
        f"{fatal}  dead       test.fatal                    2/2    2026-01-01 08:05:10  ValueError",
        f"{note}  succeeded  test.note                     1/5    2026-01-01 08:05:09",
    ]
    assert said("list", "--status", "succeeded", "--kind", "test.note") == [said("list")[1]]
    assert len(said("list", "--limit", "1")) == 1


def test_where_there_are_none_it_is_said_beside_the_list(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("jobs", "list", "--status", "dead")

    assert capsys.readouterr() == ("", "There are no such jobs.\n")


def test_requeue_revives_a_dead_job() -> None:
    job_id = submit("test.fatal")
    jobs.drain(skip_waits=True)

    assert said("requeue", str(job_id)) == [f"{job_id}  queued"]

    assert AsyncJob.objects.get(pk=job_id).status == JobStatus.QUEUED


def test_requeue_says_why_it_cannot() -> None:
    job_id = submit()

    with pytest.raises(CommandError, match="The job is queued, not dead"):
        said("requeue", str(job_id))
    with pytest.raises(CommandError, match="There is no such job"):
        said("requeue", str(uuid.uuid4()))


def test_stats_count_by_kind_and_status() -> None:
    submit()
    jobs.drain()

    lines = said("stats")

    assert lines[0] == f"{'kind':<28}     queued    running  succeeded       dead"
    assert f"{'test.note':<28}          0          0          1          0" in lines
    assert lines[-1] == "oldest due job: 0.0 seconds"
