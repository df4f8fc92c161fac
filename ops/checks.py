"""System checks: settings under which the product would lose, double or leak, refused at start."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, messages
from django.db import DEFAULT_DB_ALIAS, connection

from ops import service_role

UNSHARED_CACHES = ("LocMemCache", "DummyCache", "FileBasedCache", "db.DatabaseCache")
SHORTEST_SECRET = 40
# A random text of that length has twenty different ones or more, be it in hexadecimal a few less.
FEWEST_CHARACTERS = 10
# Of the settings that jobs are done by.
JOBS = "jobs"
# Listening, renewing and calling threads to work in each process, the supervisor's own, commands, and a reserve.
OTHER_CONNECTIONS = 15


def check_database(**kwargs: Any) -> Sequence[CheckMessage]:
    """E001, E002: a psycopg pool and per-request connections."""
    problems: list[CheckMessage] = []
    for alias, database in settings.DATABASES.items():
        if database.get("OPTIONS", {}).get("pool"):
            problems.append(
                Error(
                    f"The database {alias!r} uses a psycopg pool.",
                    hint="Forked workers would share its sockets and read each other's rows: remove OPTIONS['pool'].",
                    id="microcred.E001",
                )
            )
        if database.get("CONN_MAX_AGE") == 0:
            problems.append(
                Error(
                    f"The database {alias!r} makes a new connection for every request.",
                    hint="Set CONN_MAX_AGE to 60 or more: bells and claims wait for every connection.",
                    id="microcred.E002",
                )
            )
    return problems


def check_caches(**kwargs: Any) -> Sequence[CheckMessage]:
    """E003: a cache that several processes cannot count in. Limits would let through a multiple."""
    return [
        Error(
            f"The cache {alias!r} cannot count exactly across processes.",
            hint="Use ops.counter_cache.AtomicDatabaseCache or Redis.",
            id="microcred.E003",
        )
        for alias, cache in settings.CACHES.items()
        if cache["BACKEND"].endswith(UNSHARED_CACHES)
    ]


def check_jobs(**kwargs: Any) -> Sequence[CheckMessage]:
    """E004, E005, E006: times that do not leave room for each other, another queue, unusable kinds."""
    problems: list[CheckMessage] = [
        Error(said, hint=hint, id="microcred.E004") for said, hint in _times_without_room()
    ]
    if not settings.Q_CLUSTER.get("broker_class", "").startswith(("ops.bell.", "ops.redis_bells.")):
        problems.append(
            Error(
                "The task queue uses a broker of its own.",
                hint="Set Q_CLUSTER['broker_class'] to ops.bell.DatabaseBells or ops.redis_bells.RedisBells.",
                id="microcred.E005",
            )
        )
    problems.extend(
        Error(f"The job kind {name!r} is unusable.", hint="See ops/job_kinds.py.", id="microcred.E006")
        for name, kind in settings.JOB_KINDS.items()
        if not _is_usable(name, kind)
    )
    return problems


def check_threads(**kwargs: Any) -> Sequence[CheckMessage]:
    """E012: numbers of processes, threads and webhooks with which nothing would be done."""
    return [
        Error(f"{name} is {getattr(settings, name)}.", hint="It must be 1 or more.", id="microcred.E012")
        for name in ("WORKER_PROCESSES", "WORKER_THREADS", "WEBHOOKS_AT_ONCE", "WEBHOOKS_AT_ONCE_EACH")
        if getattr(settings, name) < 1
    ]


def check_connections(**kwargs: Any) -> Sequence[CheckMessage]:
    """E013: more jobs at a time than the database server takes connections."""
    if DEFAULT_DB_ALIAS not in (kwargs.get("databases") or ()):
        return []
    threads = settings.WORKER_PROCESSES * settings.WORKER_THREADS
    needed = threads + settings.WEB_PROCESSES * settings.WEB_THREADS + OTHER_CONNECTIONS
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('max_connections')::int")
        (offered,) = cursor.fetchone()
    if needed <= offered:
        return []
    return [
        Error(
            f"Up to {needed} connections are needed, and the database server takes {offered}.",
            hint="Lower WORKER_PROCESSES, WORKER_THREADS, WEB_PROCESSES or WEB_THREADS, or raise max_connections.",
            id="microcred.E013",
        )
    ]


def _is_usable(name: str, kind: dict[str, Any]) -> bool:
    limits = [kind[key] for key in ("most_at_once", "most_each") if key in kind]
    return (
        len(name) <= 32
        and bool(kind.get("handler"))
        and kind.get("max_attempts", 0) >= 1
        and all(hasattr(settings, limit) if isinstance(limit, str) else limit >= 1 for limit in limits)
    )


def _times_without_room() -> Iterator[tuple[str, str]]:
    """Which times do not leave room for each other, and what to do about it."""
    deadline = settings.JOB_DEADLINE_SECONDS
    # A model call or a webhook cannot be cut short: it must end while the lease is still renewed.
    call, connecting = settings.AI_TIMEOUT_SECONDS, settings.AI_CONNECT_TIMEOUT_SECONDS
    webhook = settings.WEBHOOK_TIMEOUT_SECONDS
    ends_in = f"a job must end within {deadline:g} s, and gives up nothing that it waits for."
    if call + connecting >= deadline:
        yield (
            f"A model call may take {call + connecting:g} s: {ends_in}",
            f"Lower AI_TIMEOUT_SECONDS ({call:g}) or AI_CONNECT_TIMEOUT_SECONDS ({connecting:g}).",
        )
    if webhook >= deadline:
        yield f"A webhook may take {webhook:g} s: {ends_in}", "Lower WEBHOOK_TIMEOUT_SECONDS."
    renew, lease = settings.JOB_RENEW_SECONDS, settings.JOB_LEASE_SECONDS
    if 2 * renew >= lease or deadline + lease >= settings.JOB_TIMEOUT_SECONDS:
        yield (
            "The times of jobs do not leave room for each other.",
            "Twice JOB_RENEW_SECONDS < JOB_LEASE_SECONDS; "
            "JOB_DEADLINE_SECONDS + JOB_LEASE_SECONDS < JOB_TIMEOUT_SECONDS.",
        )


def check_deployment(**kwargs: Any) -> Sequence[CheckMessage]:
    """E007, E008, E011: DEBUG, secrets that can be guessed and one for two purposes where the product is deployed."""
    if not settings.IS_DEPLOYED:
        return []
    problems: list[CheckMessage] = []
    if settings.DEBUG:
        problems.append(Error("DEBUG is on in a deployed environment.", id="microcred.E007"))
    named = {
        name: getattr(settings, name) for name in ("SECRET_KEY", "JWT_SIGNING_KEY", "WEBHOOK_ENCRYPTION_KEY")
    }
    kept = [*named.items(), *(("JWT_VERIFYING_KEYS", key) for key in settings.JWT_VERIFYING_KEYS)]
    problems.extend(
        Error(f"{name} is shorter than {SHORTEST_SECRET} characters, or hardly random.", id="microcred.E008")
        for name, value in kept
        if len(value) < SHORTEST_SECRET or len(set(value)) < FEWEST_CHARACTERS
    )
    if len(set(named.values())) < len(named):
        problems.append(
            Error(
                "Two of SECRET_KEY, JWT_SIGNING_KEY and WEBHOOK_ENCRYPTION_KEY are the same.",
                hint="Give each a random text of its own: what leaks of one use must not open another.",
                id="microcred.E011",
            )
        )
    return problems


def check_hosts(**kwargs: Any) -> Sequence[CheckMessage]:
    """E016: whatever name a request calls this host by, where the product is deployed."""
    if "*" not in settings.ALLOWED_HOSTS or not settings.IS_DEPLOYED:
        return []
    hint = "Name the hosts: links and redirects are made of what a request calls this one."
    return [Error("ALLOWED_HOSTS lets every host name in.", hint=hint, id="microcred.E016")]


def check_limits(**kwargs: Any) -> Sequence[CheckMessage]:
    """W001: no allowances where the product is deployed."""
    if settings.RATE_LIMITS_ENABLED or not settings.IS_DEPLOYED:
        return []
    return [messages.Warning("RATE_LIMITS_ENABLED is off: no caller is limited.", id="microcred.W001")]


def check_log(**kwargs: Any) -> Sequence[CheckMessage]:
    """W002: a log with the messages of exceptions, which quote what people wrote, where the product is deployed."""
    if settings.LOG_FORMAT == "json" or not settings.IS_DEPLOYED:
        return []
    hint = "Leave LOG_FORMAT empty, or set it to json: that leaves messages out."
    return [
        messages.Warning("The log shows the messages of exceptions.", hint=hint, id="microcred.W002"),
    ]


def check_database_password(**kwargs: Any) -> Sequence[CheckMessage]:
    """E014: a password of the database that everybody knows, where the product is deployed."""
    return [
        Error(
            f"The database {alias!r} is reached with a password that everybody knows.",
            hint="Give the database user a random password of its own, in DATABASE_URL.",
            id="microcred.E014",
        )
        for alias, database in settings.DATABASES.items()
        if settings.IS_DEPLOYED
        and database.get("PASSWORD") in {database.get("USER"), "postgres", "password", "microcred"}
    ]


def check_database_owner(databases: Sequence[str] | None = None, **kwargs: Any) -> Sequence[CheckMessage]:
    """W003: the owner of the tables serves, where the product is deployed."""
    if (
        not settings.IS_DEPLOYED
        or DEFAULT_DB_ALIAS not in (databases or ())
        or not service_role.owns_tables()
    ):
        return []
    hint = (
        "It may alter tables and switch off what guards the audit trail. Run `manage.py grant_service_role --create` "
        "after migrating, and name the user that it makes in DATABASE_URL of web server and worker."
    )
    return [
        messages.Warning("The database's owner serves and does jobs.", hint=hint, id="microcred.W003"),
    ]
