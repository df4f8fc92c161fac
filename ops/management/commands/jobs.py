"""``manage.py jobs``: look at background jobs and run dead ones again."""

import uuid
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from microcred.command_arguments import count
from microcred.errors import DomainError
from ops import jobs, queries
from ops.enums import JobStatus
from ops.models import AsyncJob


class Command(BaseCommand):
    """List, count and requeue jobs."""

    help = "Look at background jobs, or run a dead one again."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the subcommands."""
        actions = parser.add_subparsers(dest="action", required=True)
        listing = actions.add_parser("list", help="The latest jobs, newest first.")
        listing.add_argument("--status", choices=JobStatus.values)
        listing.add_argument("--kind")
        listing.add_argument("--limit", type=count, default=20, help="How many (%(default)s).")
        requeue = actions.add_parser("requeue", help="Run dead jobs again with all their attempts.")
        requeue.add_argument("job_id", type=uuid.UUID, nargs="+")
        actions.add_parser("stats", help="Jobs by kind and status, and how late the oldest is.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Call the subcommand."""
        {"list": self._list, "requeue": self._requeue, "stats": self._stats}[options["action"]](options)

    def _list(self, options: dict[str, Any]) -> None:
        found = AsyncJob.objects.all()
        if options["status"]:
            found = found.filter(status=options["status"])
        if options["kind"]:
            found = found.filter(kind=options["kind"])
        shown = found[: options["limit"]]
        if not shown:
            self.stderr.write("There are no such jobs.")
        for job in shown:
            error = (job.error_payload or {}).get("type", "")
            tries = f"{job.attempts}/{job.max_attempts}"
            queued = f"{job.queued_at:%Y-%m-%d %H:%M:%S}"
            self.stdout.write(
                f"{job.pk}  {job.status:<9}  {job.kind:<28}  {tries:<5}  {queued}  {error}".rstrip()
            )

    def _requeue(self, options: dict[str, Any]) -> None:
        for job_id in options["job_id"]:
            try:
                job = jobs.requeue(job_id, by=None)
            except DomainError as error:
                raise CommandError(f"{job_id}: {error.message}") from error
            self.stdout.write(f"{job.pk}  {job.status}")

    def _stats(self, options: dict[str, Any]) -> None:
        counts = queries.counts()
        self.stdout.write(f"{'kind':<28}" + "".join(f"{status:>11}" for status in JobStatus.values))
        for kind in sorted({kind for kind, _ in counts}):
            numbers = "".join(f"{counts.get((kind, status), 0):>11}" for status in JobStatus.values)
            self.stdout.write(f"{kind:<28}{numbers}")
        self.stdout.write(f"oldest due job: {queries.oldest_due_seconds():.1f} seconds")
