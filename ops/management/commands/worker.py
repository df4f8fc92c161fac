"""``manage.py worker``: do background jobs in the foreground, normally under ``manage.py supervise``."""

import uuid
from typing import Any

from django.core.checks import Tags
from django.core.management.base import BaseCommand, CommandError, CommandParser

from microcred.command_arguments import writable_file
from ops.checks import JOBS
from ops.worker import ReadyFileLost, SentinelLost, Worker


class Command(BaseCommand):
    """Run the worker until it is told to stop."""

    help = "Do background jobs until SIGTERM or Ctrl-C."
    # What else is checked is about pages and tables; a start of the supervisor looks at everything once.
    requires_system_checks = (JOBS, Tags.caches)

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options."""
        parser.add_argument(
            "--name", default="", help="Under which its claims are known; made up by default."
        )
        parser.add_argument("--ready-file", type=writable_file, help="Made when jobs can be done.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Work."""
        name = options["name"] or f"w-{uuid.uuid4().hex[:12]}"
        try:
            Worker(name).run(options["ready_file"])
        except (SentinelLost, ReadyFileLost) as error:
            raise CommandError(str(error)) from error
