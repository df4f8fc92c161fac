"""Health and metrics as a watching machine sees them."""

import datetime as dt
import json

import pytest
from django.conf import LazySettings
from django.db import OperationalError
from django.test import Client

from microcred.db import database_now
from ops import claims, health, jobs, queries
from ops.enums import JobStatus
from ops.models import AsyncJob
from tests.ops.harness import submit

pytestmark = pytest.mark.urls("tests.ops.urls")


def test_live_asks_nobody() -> None:
    response = Client().get("/health")

    assert (response.status_code, response.json()) == (200, {"status": "ok"})
    assert "no-store" in response["Cache-Control"]


@pytest.mark.django_db
def test_ready(settings: LazySettings) -> None:
    settings.OPENAI_API_KEY = ""

    response = Client().get("/health/ready")

    assert response.status_code == 200
    found = response.json()
    scorer = found["checks"].pop("scorer")
    assert found == {
        "status": "ok",
        "checks": {
            "database": "ok",
            "migrations": "ok",
            "jobs": {"status": "ok", "oldest_due_seconds": 0.0},
            "repairs": {"last_hour": {}},
            "providers": {"status": "ok", "latest": {}},
            "models": {"chat": "local", "embeddings": settings.EMBEDDING_PROVIDER},
        },
    }
    assert (scorer["status"], scorer["scorer"]["version"]) == ("ok", "local-2")


@pytest.mark.django_db
def test_a_part_that_says_it_is_not_well_degrades_and_says_what_to_do(settings: LazySettings) -> None:
    settings.OPENAI_API_KEY = "sk-test"

    response = Client().get("/health/ready")

    assert (response.status_code, response.json()["status"]) == (200, "degraded")
    assert response.json()["checks"]["scorer"]["run"] == "manage.py release_gate --activate"


@pytest.mark.django_db
def test_late_jobs_degrade_but_do_not_take_the_web_process_out() -> None:
    AsyncJob.objects.filter(pk=submit()).update(next_run_at=database_now() - dt.timedelta(minutes=2))

    response = Client().get("/health/ready")

    assert (response.status_code, response.json()["status"]) == (200, "degraded")
    assert response.json()["checks"]["jobs"]["oldest_due_seconds"] == pytest.approx(120, abs=5)


@pytest.mark.django_db
def test_database_that_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> float:
        raise OperationalError("no route")

    monkeypatch.setattr(queries, "oldest_due_seconds", fail)

    response = Client().get("/health/ready")

    assert (response.status_code, response["Retry-After"]) == (503, "5")
    assert response.json()["checks"]["database"] == "unreachable"
    assert "no route" not in json.dumps(response.json())


@pytest.mark.django_db
def test_schema_that_is_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "_is_migrated", lambda: False)

    response = Client().get("/health/ready")

    assert (response.status_code, response.json()["checks"]["migrations"]) == (503, "missing")


@pytest.mark.django_db
def test_metrics_count_jobs_and_named_gauges(settings: LazySettings) -> None:
    settings.GAUGES = {
        "microcred_apples": {
            "help": "Apples.",
            "labels": ["colour"],
            "function": "tests.ops.test_health.apples",
        }
    }
    submit()
    dead = submit()
    AsyncJob.objects.filter(pk=dead).update(status=JobStatus.DEAD, completed_at=database_now())

    lines = Client().get("/metrics").content.decode().splitlines()

    assert 'microcred_jobs{kind="test.note",status="queued"} 1.0' in lines
    assert 'microcred_jobs{kind="scoring.score",status="dead"} 0.0' in lines
    assert "microcred_jobs_dead 1.0" in lines
    assert 'microcred_apples{colour="red"} 3.0' in lines
    assert "microcred_up 1.0" in lines


@pytest.mark.django_db
def test_what_waits_for_a_limit_of_its_kind_is_overdue_and_not_late() -> None:
    for _ in range(2):
        assert claims.claim_job(jobs.enqueue("test.limited", payload={"note": ""}, share="slow").pk)
    held = jobs.enqueue("test.limited", payload={"note": ""}, share="slow").pk
    AsyncJob.objects.filter(pk=held).update(next_run_at=database_now() - dt.timedelta(minutes=5))

    assert told("microcred_jobs_oldest_due_seconds") == pytest.approx(300, abs=20)
    assert told("microcred_jobs_oldest_ready_seconds") == 0.0

    free = jobs.enqueue("test.note", payload={"note": ""}).pk
    AsyncJob.objects.filter(pk=free).update(alone=True, next_run_at=database_now() - dt.timedelta(minutes=2))
    assert told("microcred_jobs_oldest_ready_seconds") == pytest.approx(120, abs=20)


def told(name: str) -> float:
    text = Client().get("/metrics").content.decode()
    (line,) = (line for line in text.splitlines() if line.startswith(f"{name} "))
    return float(line.split()[1])


def apples() -> dict[str, float]:
    return {"red": 3}


@pytest.mark.django_db
def test_metrics_without_a_database_say_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> float:
        raise OperationalError("no route")

    monkeypatch.setattr(queries, "counts", fail)

    assert b"microcred_up 0.0" in Client().get("/metrics").content


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("token", "peer", "headers", "status"),
    [
        ("", "127.0.0.1", {}, 200),
        ("", "::1", {}, 200),
        ("", "192.0.2.1", {}, 403),
        ("", "", {}, 403),
        ("", "127.0.0.1", {"X-Forwarded-For": "192.0.2.1"}, 403),
        ("secret", "127.0.0.1", {}, 403),
        ("secret", "192.0.2.1", {"Authorization": "Bearer secret"}, 200),
        ("secret", "192.0.2.1", {"Authorization": "bearer secret"}, 200),
        ("secret", "192.0.2.1", {"Authorization": "Bearer sécret"}, 403),
    ],
)
def test_metrics_are_for_this_machine_or_the_bearer_of_the_token(
    settings: LazySettings, token: str, peer: str, headers: dict[str, str], status: int
) -> None:
    settings.METRICS_TOKEN = token
    settings.GAUGES = {}

    answer = Client(REMOTE_ADDR=peer).get("/metrics", headers=headers)

    assert answer.status_code == status
    assert status == 200 or answer.json()["error_code"] == "FORBIDDEN_403"


@pytest.mark.parametrize("address", ["/health", "/health/ready", "/metrics"])
@pytest.mark.parametrize("method", ["POST", "DELETE", "OPTIONS"])
def test_other_methods_are_answered_as_the_api_does(address: str, method: str) -> None:
    asking = Client(enforce_csrf_checks=True, headers={"X-Request-ID": "request-0001"})

    answer = asking.generic(method, address)

    assert (answer.status_code, answer["Allow"]) == (405, "GET, HEAD")
    assert answer.json() == {
        "error_code": "METHOD_405",
        "message": f'Method "{method}" not allowed.',
        "request_id": "request-0001",
    }
