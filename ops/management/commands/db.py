"""``manage.py db``: the embedded PostgreSQL server, by hand."""

import re
from argparse import ArgumentParser
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from microcred.embedded import EmbeddedServer, EmbeddedServerError

STOPPED = 3


class Command(BaseCommand):
    """Start, stop and inspect the embedded server; works while the database is down."""

    help = (
        "Start, stop or inspect the embedded PostgreSQL server. With DATABASE_URL set, an outside server is "
        "used: start and stop then leave everything alone."
    )
    requires_system_checks = []
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Offer one sub-command for each thing to do."""
        actions = parser.add_subparsers(dest="action", required=True, metavar="start|stop|status|url")
        actions.add_parser("start", help="start the server, repair it after a crash, and print its URL")
        actions.add_parser("stop", help="stop the server; it is no error when it does not run")
        actions.add_parser(
            "status", help=f"say whether it runs; exit status 0 when it does, {STOPPED} when not"
        )
        url = actions.add_parser("url", help="print the URL of the database")
        url.add_argument(
            "--show-password", action="store_true", help="do not hide the password of DATABASE_URL"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Do what the sub-command says; exit status 1 when it cannot be done."""
        action = options["action"]
        if settings.DATABASE_URL:
            self._outside(action, settings.DATABASE_URL, show_password=bool(options.get("show_password")))
            return
        server: EmbeddedServer = settings.EMBEDDED_DATABASE
        try:
            {"start": self._start, "stop": self._stop, "status": self._status, "url": self._url}[action](
                server
            )
        except EmbeddedServerError as error:
            raise CommandError(str(error)) from error

    def _outside(self, action: str, url: str, *, show_password: bool) -> None:
        shown = url if show_password else masked(url)
        if action == "url":
            self.stdout.write(shown)
        else:
            self.stdout.write(
                f"DATABASE_URL names an outside server, which is not ours to {action}: {masked(url)}"
            )

    def _start(self, server: EmbeddedServer) -> None:
        started = server.start()
        self.stderr.write("started" if started else "runs already", self.style.SUCCESS)
        self.stdout.write(server.url())

    def _stop(self, server: EmbeddedServer) -> None:
        self.stdout.write("stopped" if server.stop() else "was not running")

    def _url(self, server: EmbeddedServer) -> None:
        self.stdout.write(server.url())

    def _status(self, server: EmbeddedServer) -> None:
        status = server.status()
        self.stdout.write("running" if status.running else "stopped")
        self.stdout.write(f"version  PostgreSQL {status.version}")
        self.stdout.write(f"data     {status.data_folder} ({status.size / 1_000_000:.1f} MB)")
        self.stdout.write(f"log      {status.log_folder}")
        if status.running:
            self.stdout.write(f"process  {status.pid}, as {status.account}")
            self.stdout.write(f"url      {server.url()}")
        else:
            raise SystemExit(STOPPED)


def masked(url: str) -> str:
    """Return the URL with its password, wherever it stands, replaced by ``***``."""
    parts = urlsplit(url)
    user, colon, _ = parts.netloc.rpartition("@")[0].partition(":")
    netloc = f"{user}:***@{parts.netloc.rpartition('@')[2]}" if colon else parts.netloc
    return urlunsplit(
        parts._replace(netloc=netloc, query=re.sub(r"(?i)(password=)[^&]*", r"\1***", parts.query))
    )
