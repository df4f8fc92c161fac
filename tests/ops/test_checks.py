"""Settings that are refused at start."""

from types import SimpleNamespace
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.checks import run_checks

from ops import checks


def ids(messages: Any) -> list[str]:
    return [message.id for message in messages if message.id.startswith("microcred.")]


@pytest.mark.django_db
def test_products_own_settings_pass() -> None:
    assert ids(run_checks(include_deployment_checks=True, databases=["default"])) == []


@pytest.mark.parametrize(
    ("database", "found"),
    [
        ({"OPTIONS": {"pool": True}, "CONN_MAX_AGE": 60}, ["microcred.E001"]),
        ({"CONN_MAX_AGE": 0}, ["microcred.E002"]),
        ({"CONN_MAX_AGE": 60}, []),
    ],
)
def test_database(monkeypatch: pytest.MonkeyPatch, database: dict[str, Any], found: list[str]) -> None:
    # Overriding the real setting would disturb the connections that are open.
    monkeypatch.setattr(checks, "settings", SimpleNamespace(DATABASES={"default": database}))

    assert ids(checks.check_database()) == found


@pytest.mark.parametrize(
    ("backend", "found"),
    [
        ("django.core.cache.backends.locmem.LocMemCache", ["microcred.E003"]),
        ("django.core.cache.backends.dummy.DummyCache", ["microcred.E003"]),
        ("django.core.cache.backends.db.DatabaseCache", ["microcred.E003"]),
        ("django.core.cache.backends.redis.RedisCache", []),
        ("ops.counters.DatabaseCounterCache", []),
    ],
)
def test_caches_must_count_across_processes(settings: LazySettings, backend: str, found: list[str]) -> None:
    settings.CACHES = {"default": {"BACKEND": backend}}

    assert ids(checks.check_caches()) == found


@pytest.mark.parametrize(
    ("name", "value", "found"),
    [
        ("JOB_RENEW_SECONDS", 8, ["microcred.E004"]),
        ("JOB_TIMEOUT_SECONDS", 75, ["microcred.E004"]),
        ("AI_TIMEOUT_SECONDS", 57, ["microcred.E004"]),
        ("WEBHOOK_TIMEOUT_SECONDS", 60, ["microcred.E004"]),
        ("Q_CLUSTER", {"orm": "default"}, ["microcred.E005"]),
        ("JOB_KINDS", {"a.b": {"handler": "a.b", "max_attempts": 0}}, ["microcred.E006"]),
        ("JOB_KINDS", {"a" * 33: {"handler": "a.b", "max_attempts": 1}}, ["microcred.E006"]),
        (
            "JOB_KINDS",
            {"a.b": {"handler": "a.b", "max_attempts": 1, "most_each": "NO_SUCH_SETTING"}},
            ["microcred.E006"],
        ),
        (
            "JOB_KINDS",
            {"a.b": {"handler": "a.b", "max_attempts": 1, "most_at_once": 0}},
            ["microcred.E006"],
        ),
    ],
)
def test_jobs(settings: LazySettings, name: str, value: object, found: list[str]) -> None:
    setattr(settings, name, value)

    assert ids(checks.check_jobs()) == found


@pytest.mark.parametrize(
    "name", ["WORKER_PROCESSES", "WORKER_THREADS", "WEBHOOKS_AT_ONCE", "WEBHOOKS_AT_ONCE_EACH"]
)
def test_there_are_hands(settings: LazySettings, name: str) -> None:
    assert ids(checks.check_hands()) == []
    setattr(settings, name, 0)

    assert ids(checks.check_hands()) == ["microcred.E012"]


@pytest.mark.django_db
def test_connections_suffice_for_all_hands(settings: LazySettings) -> None:
    assert ids(checks.check_connections(databases=["default"])) == []
    settings.WORKER_THREADS = 40

    assert ids(checks.check_connections(databases=["default"])) == ["microcred.E013"]
    assert ids(checks.check_connections(databases=None)) == []


@pytest.mark.parametrize(
    ("deployed", "debug", "secret", "found"),
    [
        (False, True, "short", []),
        (True, False, "s" * 40, []),
        (True, True, "s" * 40, ["microcred.E007"]),
        (True, False, "short", ["microcred.E008"]),
    ],
)
def test_deployment(
    settings: LazySettings, deployed: bool, debug: bool, secret: str, found: list[str]
) -> None:
    settings.IS_DEPLOYED, settings.DEBUG, settings.SECRET_KEY = deployed, debug, secret

    assert ids(checks.check_deployment()) == found


@pytest.mark.parametrize(
    ("user", "password", "found"),
    [
        ("microcred", "microcred", ["microcred.E014"]),
        ("someone", "someone", ["microcred.E014"]),
        ("someone", "postgres", ["microcred.E014"]),
        ("someone", "Zk3-random", []),
        ("microcred", "", []),
    ],
)
def test_a_deployment_reaches_its_database_by_no_known_password(
    settings: LazySettings, monkeypatch: pytest.MonkeyPatch, user: str, password: str, found: list[str]
) -> None:
    settings.IS_DEPLOYED = True
    monkeypatch.setitem(settings.DATABASES["default"], "USER", user)
    monkeypatch.setitem(settings.DATABASES["default"], "PASSWORD", password)

    assert ids(checks.check_database_password()) == found


def test_every_secret_of_a_deployment_is_long_and_has_one_use(settings: LazySettings) -> None:
    settings.IS_DEPLOYED = True
    settings.JWT_VERIFYING_KEYS = ["short"]
    settings.JWT_SIGNING_KEY = settings.SECRET_KEY

    assert ids(checks.check_deployment()) == ["microcred.E008", "microcred.E011"]
