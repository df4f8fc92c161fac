"""Sets the product up, starts it, and takes one student through the main job."""

import os
import signal
import sys
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from io import StringIO
from pathlib import Path
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, connections

from catalog.queries import active_roles
from companion.demo.people import ADMIN, ADVISOR, GUARDIAN, PASSWORD, STUDENT
from companion.demo.processes import BackgroundProcess, ProcessFailed, any_free_port, is_free
from companion.demo.report import lines_of
from companion.demo.walk import WalkFailed, take_assessment, write_answers
from microcred import command_arguments
from microcred.embedded import EmbeddedServerError
from microcred.logging import configure_logging
from ops import service_role

WEBHOOK_SECONDS = 20
# Ctrl-C, a request to end, and a terminal that was closed.
ENDINGS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Command(BaseCommand):
    """``manage.py demo``: the main job, end to end, with real parts."""

    help = (
        "Start the database, migrate, load the demo catalog, start web server and worker, and take one demo "
        "student through an assessment over HTTP. Ends with status 0 when every step worked."
    )
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the command's options."""
        parser.add_argument("--serve", action="store_true", help="Keep serving afterwards, until Ctrl-C.")
        parser.add_argument(
            "--port", type=command_arguments.port, default=settings.PORT, help="Port of the web server."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Run every step; whatever this command started is ended when it ends."""
        if settings.IS_DEPLOYED:
            raise CommandError("The demonstration is refused in this environment.")
        for number in ENDINGS:
            signal.signal(number, _end)
        configure_logging(
            level="WARNING", style=settings.LOG_FORMAT
        )  # the steps are what this terminal shows
        try:
            with ExitStack() as running:
                self._run(running, options["port"], serve=options["serve"])
        except (ProcessFailed, WalkFailed, EmbeddedServerError) as error:
            raise CommandError(str(error)) from error
        except KeyboardInterrupt:
            self.stdout.write("\nStopped.")
            sys.exit(0 if options["serve"] else 130)

    def _run(self, running: ExitStack, port: int, *, serve: bool) -> None:
        port = self._port(port)
        self._start_database(running)
        self._load()
        folder: Path = settings.STATE_DIR / "demo"
        url = f"http://127.0.0.1:{port}"
        streams = port + 1 if is_free(port + 1) else any_free_port()
        command = ["manage.py", "supervise", "--port", str(port), "--events-port", str(streams)]
        product = running.enter_context(
            BackgroundProcess(
                "MicroCred", command, log=folder / "supervise.log", environment=self._service_login()
            )
        )
        self._say("Starting the web server and the worker")
        product.wait_for(f"{url}/health/ready")
        receiver = running.enter_context(self._receiver(folder))
        self._say(f"Taking the assessment as {STUDENT} over HTTP")
        self.stdout.flush()
        result = take_assessment(url=url, answers=write_answers(folder), folder=folder)
        for line in lines_of(result):
            self.stdout.write(line)
        self._show_webhook(receiver, str(result["assessment_id"]))
        self._show_addresses(url, str(result["assessment_id"]), streams=f"http://127.0.0.1:{streams}")
        running.callback(self._say, "Stopping what was started")
        if serve:
            self.stdout.write("Serving until Ctrl-C.")
            self.stdout.flush()
            while True:
                product.ensure_running()
                self._keep_database(running)
                time.sleep(2)

    def _keep_database(self, running: ExitStack) -> None:
        """Start the embedded database again should somebody have killed it."""
        if settings.DATABASE_URL or settings.EMBEDDED_DATABASE.is_ready():
            return
        self._say("The database has ended; starting it again")
        running.enter_context(settings.EMBEDDED_DATABASE.running())

    def _port(self, wanted: int) -> int:
        if is_free(wanted):
            return wanted
        if os.environ.get("PORT_GIVEN"):
            raise CommandError(f"Port {wanted} is taken. Choose another: make run PORT={any_free_port()}")
        free = any_free_port()
        self.stdout.write(f"Port {wanted} is taken; using {free}. PORT chooses another.")
        return free

    def _start_database(self, running: ExitStack) -> None:
        if settings.DATABASE_URL:
            self._say("Using the database of DATABASE_URL")
            return
        self._say("Starting the embedded PostgreSQL")
        running.enter_context(settings.EMBEDDED_DATABASE.running())

    def _service_login(self) -> dict[str, str]:
        """Have web server and worker work as a user who owns nothing, where the database is ours to make users in."""
        if settings.DATABASE_URL:
            return {}
        call_command("grant_service_role", create=True, stdout=StringIO())
        return {"DATABASE_URL": settings.EMBEDDED_DATABASE.url(service_role.ROLE)}

    def _load(self) -> None:
        self._say("Migrating")
        call_command("migrate", verbosity=0, interactive=False)
        if active_roles().exists():
            self._say("Keeping the catalog as it is; manage.py load_catalog sets it back to its files")
        else:
            self._say("Loading the demo catalog")
            call_command("load_catalog")
        self._load_practice()
        call_command("load_demo")
        self._say("Indexing the catalog's documents")
        call_command("embeddings", "refresh")
        self._release()

    def _load_practice(self) -> None:
        """Load the practice items; a catalog with other skills than theirs has none yet."""
        self._say("Loading and making practice items")
        try:
            call_command("load_practice", if_empty=True)
        except CommandError as error:
            self.stdout.write(f"{error}\nThere is nothing to practise: manage.py load_practice FOLDER")

    def _release(self) -> None:
        """Put the configured scorer through its release gate, unless it has passed before."""
        self._say("Looking whether the scorer has passed its release gate")
        try:
            call_command("release_gate", activate=True, if_needed=True)
        except CommandError as error:
            self.stdout.write(
                f"{error}\nEssays wait until a scorer is released: manage.py release_gate --activate"
            )

    @contextmanager
    def _receiver(self, folder: Path) -> Iterator[BackgroundProcess]:
        """Run a partner's receiver beside the product, registered for this run only."""
        port = any_free_port()
        words = self._registered(f"http://127.0.0.1:{port}/webhooks")
        program = [str(settings.BASE_DIR / "examples" / "receive_webhook.py"), "--port", str(port)]
        environment = {"WEBHOOK_SECRET": words["Secret"], "PYTHONUNBUFFERED": "1"}
        try:
            with BackgroundProcess(
                "The partner's receiver", program, log=folder / "receiver.log", environment=environment
            ) as process:
                yield process
        finally:
            connections.close_all()  # a connection made at the start may be long dead
            try:
                call_command("deactivate_endpoint", words["Endpoint"], stdout=StringIO())
            except DatabaseError:
                self.stderr.write("The demo partner's endpoint could not be switched off.")

    def _registered(self, url: str) -> dict[str, str]:
        """Register the receiver as an admin would; return what the command printed, by its first word."""
        printed = StringIO()
        events = "assessment.completed,recommendation.ready"
        call_command(
            "create_endpoint", name="Demo partner", url=url, events=events, replace=True, stdout=printed
        )
        return dict(line.split(": ", 1) for line in printed.getvalue().splitlines())

    def _show_webhook(self, receiver: BackgroundProcess, assessment_id: str) -> None:
        deadline = time.monotonic() + WEBHOOK_SECONDS
        while time.monotonic() < deadline:
            received = [line for line in receiver.output().splitlines() if assessment_id in line]
            if len(received) >= 2:
                self.stdout.write("WEBHOOKS (as the partner's receiver verified them)")
                for line in received:
                    self.stdout.write(f"  {line}")
                return
            receiver.ensure_running()
            time.sleep(0.1)
        raise WalkFailed("The partner's endpoint did not receive the signed webhooks.")

    def _show_addresses(self, url: str, assessment_id: str, *, streams: str) -> None:
        self.stdout.write(
            f"\nADDRESSES\n"
            f"  this result    {url}/advisor/assessments/{assessment_id}\n"
            f"  student pages  {url}/student/          log in as {STUDENT}\n"
            f"  guardian pages {url}/guardian/         log in as {GUARDIAN}\n"
            f"  advisor pages  {url}/advisor/          log in as {ADVISOR}\n"
            f"  admin          {url}/admin/            log in as {ADMIN}\n"
            f"  REST API       {url}/docs              token for {STUDENT}\n"
            f"  event streams  {streams}/api/v1/assessments/{{id}}/events\n"
            f"  every password is {PASSWORD}\n"
        )

    def _say(self, step: str) -> None:
        self.stdout.write(f"• {step}")
        self.stdout.flush()


def _end(_number: int, _frame: FrameType | None) -> None:
    for number in ENDINGS:
        signal.signal(number, signal.SIG_IGN)  # A second Ctrl-C would leave behind what has not ended yet.
    raise KeyboardInterrupt
