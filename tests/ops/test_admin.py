"""What staff can see and do, and what nobody can."""

import pytest
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse

from ops import audit, jobs
from ops.enums import JobStatus
from ops.models import AsyncJob, AuditLink, AuditLog, MetricSnapshot
from tests.ops.harness import submit

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin_client() -> Client:
    client = Client()
    client.force_login(get_user_model().objects.create_superuser("root@example.org", None))
    return client


def test_queues_own_pages_are_gone() -> None:
    assert [model for model in admin.site._registry if model._meta.app_label == "django_q"] == []


@pytest.mark.parametrize("extended", ["", "&extended=1"])
def test_the_search_of_the_administration_finds_its_pages(admin_client: Client, extended: str) -> None:
    for _ in range(2):  # the theme asks a cache the second time
        page = admin_client.get(f"/admin/search/?s=audit{extended}")

        assert page.status_code == 200
        assert reverse("admin:ops_auditlog_changelist") in page.content.decode()


def test_an_address_that_names_no_row_leads_back_whatever_it_is_of(admin_client: Client) -> None:
    models = [model._meta for model in admin.site._registry]
    addresses = [reverse(f"admin:{one.app_label}_{one.model_name}_change", args=["zz"]) for one in models]

    answers = [(address, admin_client.get(address)) for address in addresses]

    led = {address: (one.status_code, one.headers.get("Location")) for address, one in answers}
    assert led == dict.fromkeys(addresses, (302, "/admin/"))


@pytest.mark.parametrize("model", [AsyncJob, AuditLog, MetricSnapshot])
def test_rows_can_be_looked_at_and_not_changed(admin_client: Client, model: type) -> None:
    name = f"admin:ops_{model.__name__.lower()}"

    assert admin_client.get(reverse(f"{name}_changelist")).status_code == 200
    assert admin_client.get(reverse(f"{name}_add")).status_code == 403


def test_one_job_is_shown_with_its_error_and_has_no_delete(admin_client: Client) -> None:
    job_id = submit("test.fatal")
    jobs.drain(skip_waits=True)

    page = admin_client.get(reverse("admin:ops_asyncjob_change", args=[job_id]))

    assert page.status_code == 200
    assert b"ValueError" in page.content
    assert admin_client.post(reverse("admin:ops_asyncjob_delete", args=[job_id])).status_code == 403


@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        ({}, False),
        ({"sweeps": "all"}, True),
        ({"kind__exact": "ops.sweep"}, True),
        ({"status__exact": "dead"}, False),
    ],
)
def test_what_the_schedule_did_and_went_well_is_left_out_unless_it_is_asked_for(
    admin_client: Client, asked: dict[str, str], shown: bool
) -> None:
    ends = {"completed_at": "2026-01-01T00:00:00Z"}
    done = AsyncJob.objects.create(kind="ops.sweep", status=JobStatus.SUCCEEDED, max_attempts=3, **ends)
    failed = AsyncJob.objects.create(kind="ops.sweep", status=JobStatus.DEAD, max_attempts=3, **ends)

    page = admin_client.get(reverse("admin:ops_asyncjob_changelist"), asked).content.decode()

    assert (f"{done.pk}/change/" in page) is shown
    assert f"{failed.pk}/change/" in page


def test_short_jobs_tell_their_milliseconds(admin_client: Client) -> None:
    job_id = submit("test.later")
    moments = {"queued_at": "2026-01-01T00:00:00Z", "completed_at": "2026-01-01T00:00:01.250Z"}
    AsyncJob.objects.filter(pk=job_id).update(status=JobStatus.SUCCEEDED, **moments)

    page = admin_client.get(reverse("admin:ops_asyncjob_changelist")).content.decode()

    assert "1.250 s" in page


@pytest.mark.django_db(transaction=True)
def test_a_line_of_the_audit_trail_tells_its_moment_and_its_place_in_the_chain(admin_client: Client) -> None:
    audit.record(by=None, action="test.done", resource_type="test", resource_id=None)
    entry = AuditLog.objects.get(action="test.done")
    link = AuditLink.objects.get(audit=entry.pk)

    page = admin_client.get(reverse("admin:ops_auditlog_change", args=[entry.pk])).content.decode()

    assert entry.created_at.strftime("%Y-%m-%d %H:%M:%S.%f UTC") in page
    assert f"{link.sequence}:{link.digest}" in page


def test_the_administration_leads_back_to_the_pages(admin_client: Client) -> None:
    page = admin_client.get(reverse("admin:index")).content.decode()

    assert f'<a href="{reverse("start")}"' in page
    assert "All times in UTC" in page


def test_running_again_revives_dead_jobs_and_names_the_others(admin_client: Client) -> None:
    dead, queued = submit("test.fatal"), submit("test.later")
    AsyncJob.objects.filter(pk=queued).update(next_run_at="2100-01-01T00:00:00Z")
    jobs.drain(skip_waits=False)
    jobs.drain(skip_waits=False)
    AsyncJob.objects.filter(pk=dead).update(status=JobStatus.DEAD, completed_at="2026-01-01T00:00:00Z")

    page = admin_client.post(
        reverse("admin:ops_asyncjob_changelist"),
        {"action": "run_again", "_selected_action": [str(dead), str(queued)]},
        follow=True,
    )

    assert b"Jobs that will run again: 1." in page.content
    assert f"{queued}: The job is queued, not dead.".encode() in page.content
    assert AsyncJob.objects.get(pk=dead).status == JobStatus.QUEUED
    assert AuditLog.objects.get(action="job.requeued").actor_role == "admin"
