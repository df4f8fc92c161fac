"""Settings that are refused at start."""

import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.conf import LazySettings, settings
from django.core.checks import run_checks
from django.db import connection

from ops import checks, connection_checks

RANDOM = "xEf6Ls0Qv9hKz2TgB7mRcN4pWjY1aDuH5oXi8Zt3"


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
        ("ops.counter_cache.AtomicDatabaseCache", []),
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


def test_a_model_call_that_would_outlast_its_job_is_refused_with_both_numbers(settings: LazySettings) -> None:
    settings.AI_TIMEOUT_SECONDS = 57.5

    (found,) = checks.check_jobs()

    assert (found.msg, found.hint) == (
        "A model call may take 60.5 s: a job must end within 60 s, and gives up nothing that it waits for.",
        "Lower AI_TIMEOUT_SECONDS (57.5) or AI_CONNECT_TIMEOUT_SECONDS (3).",
    )


@pytest.mark.parametrize(
    "name", ["WORKER_PROCESSES", "WORKER_THREADS", "WEBHOOKS_AT_ONCE", "WEBHOOKS_AT_ONCE_EACH"]
)
def test_there_are_threads(settings: LazySettings, name: str) -> None:
    assert ids(checks.check_threads()) == []
    setattr(settings, name, 0)

    assert ids(checks.check_threads()) == ["microcred.E012"]


@pytest.mark.django_db
def test_connections_suffice_for_all_threads(settings: LazySettings) -> None:
    assert ids(checks.check_connections(databases=["default"])) == []
    settings.WORKER_THREADS = 40

    assert ids(checks.check_connections(databases=["default"])) == ["microcred.E013"]
    assert ids(checks.check_connections(databases=None)) == []


@pytest.mark.parametrize(
    ("deployed", "debug", "secret", "found"),
    [
        (False, True, "short", []),
        (True, False, RANDOM, []),
        (True, True, RANDOM, ["microcred.E007"]),
        (True, False, "short", ["microcred.E008"]),
        (True, False, RANDOM[:39], ["microcred.E008"]),
        (True, False, "s" * 60, ["microcred.E008"]),
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


def test_a_deployment_answers_to_its_own_names_alone(settings: LazySettings) -> None:
    settings.IS_DEPLOYED, settings.ALLOWED_HOSTS = True, ["learn.example.org", "*"]

    assert ids(checks.check_hosts()) == ["microcred.E016"]
    settings.IS_DEPLOYED = False
    assert ids(checks.check_hosts()) == []


@pytest.mark.parametrize(
    ("deployed", "limited", "found"),
    [(True, False, ["microcred.W001"]), (True, True, []), (False, False, [])],
)
def test_a_deployment_without_limits_is_warned_of(
    settings: LazySettings, deployed: bool, limited: bool, found: list[str]
) -> None:
    settings.IS_DEPLOYED, settings.RATE_LIMITS_ENABLED = deployed, limited

    assert ids(checks.check_limits()) == found


@pytest.mark.parametrize(
    ("deployed", "style", "found"),
    [(True, "console", ["microcred.W002"]), (True, "json", []), (False, "console", [])],
)
def test_a_deployment_whose_log_quotes_people_is_warned_of(
    settings: LazySettings, deployed: bool, style: str, found: list[str]
) -> None:
    settings.IS_DEPLOYED, settings.LOG_FORMAT = deployed, style

    assert ids(checks.check_log()) == found


def test_a_worker_looks_for_a_pool_when_it_starts_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    pooled = {"default": {"OPTIONS": {"pool": True}, "CONN_MAX_AGE": 60}}
    monkeypatch.setattr(settings, "DATABASES", pooled)

    assert ids(run_checks(tags=[checks.JOBS])) == ["microcred.E001"]


def deployed(
    database: dict[str, Any] | None = None,
    redis: str = "",
    mail: tuple[str, str] = ("", ""),
    model: str = "",
    issuer: str = "",
) -> SimpleNamespace:
    """Return what a deployment is connected with; its mail server by scheme and host."""
    scheme, host = mail
    return SimpleNamespace(
        IS_DEPLOYED=True,
        DATABASES={"default": database or {"HOST": ""}},
        REDIS_URL=redis,
        EMAIL_BACKEND=f"django.core.mail.backends.{'smtp' if host else 'console'}.EmailBackend",
        EMAIL_HOST=host,
        EMAIL_USE_TLS=scheme == "smtp+tls",
        EMAIL_USE_SSL=scheme == "smtp+ssl",
        OPENAI_BASE_URL=model,
        OIDC_ISSUER=issuer,
        UNENCRYPTED_HOSTS=["db", ".plain.example"],
    )


@pytest.mark.parametrize(
    ("connected", "refused"),
    [
        (deployed({"HOST": ""}), []),
        (deployed({"HOST": "", "OPTIONS": {"host": "/run/postgresql"}}), []),
        (deployed({"HOST": "127.0.0.1"}), []),
        (deployed({"HOST": "data.example"}), ["DATABASE_URL"]),
        (deployed({"HOST": "", "OPTIONS": {"host": "data.example"}}), ["DATABASE_URL"]),
        (deployed({"HOST": "data.example", "OPTIONS": {"sslmode": "require"}}), ["DATABASE_URL"]),
        (deployed({"HOST": "data.example", "OPTIONS": {"sslmode": "verify-full"}}), []),
        (deployed({"HOST": "127.0.0.1,data.example"}), ["DATABASE_URL"]),
        (deployed({"HOST": "db"}), []),
        (deployed({"HOST": "data.plain.example"}), []),
        (deployed(redis="redis://:word@cache.example:6379/0"), ["REDIS_URL"]),
        (deployed(redis="rediss://:word@cache.example:6379/0"), []),
        (deployed(redis="rediss://:word@cache.example/0?ssl_cert_reqs=none"), ["REDIS_URL"]),
        (deployed(redis="redis://[::1]:6379/0"), []),
        (deployed(redis="unix:///run/redis.sock"), []),
        (deployed(mail=("smtp", "mail.example")), ["EMAIL_URL"]),
        (deployed(mail=("smtp", "localhost")), []),
        (deployed(mail=("smtp+tls", "mail.example")), []),
        (deployed(mail=("smtp+ssl", "mail.example")), []),
        (deployed(model="http://models.example/v1"), ["OPENAI_BASE_URL"]),
        (deployed(model="http://127.0.0.1:8080/v1"), []),
        (deployed(model="https://models.example/v1"), []),
        (deployed(issuer="http://login.example/realms/all"), ["OIDC_ISSUER"]),
        (deployed(issuer="https://login.example/realms/all"), []),
    ],
)
def test_nothing_leaves_a_deployment_in_the_clear(
    monkeypatch: pytest.MonkeyPatch, connected: SimpleNamespace, refused: list[str]
) -> None:
    monkeypatch.setattr(connection_checks, "settings", connected)

    found = connection_checks.check_encryption()

    assert [message.msg.partition(" ")[0] for message in found] == refused
    assert ids(found) == ["microcred.E015"] * len(refused)
    assert "word" not in str(found)


def test_on_a_laptop_anything_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    local = deployed({"HOST": "data.example"})
    local.IS_DEPLOYED = False
    monkeypatch.setattr(connection_checks, "settings", local)

    assert connection_checks.check_encryption() == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({"DEBUG": "true"}, "microcred.E007"),
        ({"SECRET_KEY": "short"}, "microcred.E008"),
        ({"ALLOWED_HOSTS": "*"}, "microcred.E016"),
        ({"OPENAI_BASE_URL": "http://models.example/v1"}, "microcred.E015"),
        ({"WEB_PROCESSES": "0"}, "A setting cannot be used: WEB_PROCESSES must be 1 or more, not 0."),
    ],
)
def test_nothing_is_started_that_must_not_be_deployed(
    tmp_path: Path, given: dict[str, str], found: str
) -> None:
    secrets = {name: RANDOM + name for name in ("SECRET_KEY", "JWT_SIGNING_KEY", "WEBHOOK_ENCRYPTION_KEY")}
    environment = {
        "ENVIRONMENT": "production",
        "DJANGO_SETTINGS_MODULE": "tests.ops.worker_settings",
        "OPS_TEST_DATABASE": str(connection.settings_dict["NAME"]),
        "ALLOWED_HOSTS": "learn.example.org",
        "OPS_TEST_STATE_DIR": str(tmp_path),
        **secrets,
        **given,
    }

    started = subprocess.run(
        [sys.executable, "manage.py", "supervise", "--no-worker", "--port", "1"],
        cwd=settings.BASE_DIR,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=60,
    )

    assert started.returncode == 1
    assert found in started.stderr
    assert "Traceback" not in started.stderr
    assert not (tmp_path / "run").exists()
