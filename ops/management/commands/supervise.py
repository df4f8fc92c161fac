"""``manage.py supervise``: web server, worker, repair and schedules, kept alive until told to stop."""

import os
import socket
import time
from typing import Any

from django.conf import settings
from django.core.checks import Tags
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DEFAULT_DB_ALIAS, OperationalError, connection

from microcred.command_arguments import port, port_or_none
from ops.supervision.records import AlreadySupervised
from ops.supervision.supervisor import Plan, Supervisor

# A server that was stopped at once replays its log before it answers again.
DATABASE_SECONDS, DATABASE_ROUND_SECONDS = 10.0, 0.2


class Command(BaseCommand):
    """Run everything that serves."""

    help = "Run web server and worker, restart what dies, repair the job table; end with SIGTERM or Ctrl-C."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options."""
        parser.add_argument("--no-web", action="store_true", help="Leave the web server out.")
        parser.add_argument("--no-worker", action="store_true", help="Leave the worker out.")
        parser.add_argument("--host", default=settings.HOST)
        parser.add_argument("--port", type=port, default=settings.PORT)
        parser.add_argument(
            "--events-port", type=port_or_none, default=settings.EVENTS_PORT,
            help="Serve streams there; 0 for none.",
        )  # fmt: skip

    def handle(self, *args: Any, **options: Any) -> None:
        """Supervise, unless what is configured does not fit what is stored, or must not be deployed."""
        _await_database()
        self.check(
            tags=[Tags.database, Tags.security],
            databases=[DEFAULT_DB_ALIAS],
            include_deployment_checks=settings.IS_DEPLOYED,
        )
        plan = Plan(
            base_dir=settings.BASE_DIR,
            state_dir=settings.STATE_DIR,
            web=not options["no_web"],
            worker=not options["no_worker"],
            host=options["host"],
            port=options["port"],
            events_port=options["events_port"],
            web_processes=settings.WEB_PROCESSES,
            web_threads=settings.WEB_THREADS,
            # The worker needs a moment to put back what it could not finish.
            stop_seconds=settings.JOB_STOP_SECONDS + 2,
        )
        try:
            Supervisor(plan).run(check=lambda: self._check_ports(plan))
        except AlreadySupervised as error:
            raise CommandError(f"Already running: {error}.") from error
        self.stdout.write(f"Stopped (process {os.getpid()}).")

    def _check_ports(self, plan: Plan) -> None:
        if plan.web:
            _check_port(plan.host, plan.port, "PORT")
        if plan.events_port:
            _check_port(plan.host, plan.events_port, "EVENTS_PORT")


def _check_port(host: str, port: int, name: str) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise CommandError(
                f"{host}:{port} cannot be used ({error.strerror}). Set {name} to a free port."
            ) from error


def _await_database() -> None:
    """Wait for a database that is about to answer; raises OperationalError when it does not."""
    until = time.monotonic() + DATABASE_SECONDS
    while True:
        try:
            connection.ensure_connection()
        except OperationalError:
            if time.monotonic() > until:
                raise
            time.sleep(DATABASE_ROUND_SECONDS)
        else:
            return
