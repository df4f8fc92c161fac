"""``manage.py erasures list|apply``: what is to be kept apart from backups, and done again after a restore."""

import json
import sys
import uuid
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from accounts.personal_data import erasure_replay
from accounts.personal_data.erasure_replay import Entry

TIMES = ("requested_at", "due_at", "cancelled_at", "completed_at")


class Command(BaseCommand):
    """Write the requests for erasure, or bring a restored database to where they stand."""

    help = "Write all requests for erasure (ids and times) as lines of JSON, or apply such a file after a restore."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the subcommands."""
        actions = parser.add_subparsers(dest="action", required=True)
        actions.add_parser("list", help="Write them to standard output, to be kept apart from the backups.")
        applying = actions.add_parser("apply", help="Erase again who was erased since the backup was made.")
        applying.add_argument("file", help="What list wrote, the newest; - for standard input.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Call the subcommand."""
        if options["action"] == "list":
            for entry in erasure_replay.entries():
                self.stdout.write(json.dumps(asdict(entry), default=str))
            return
        done = erasure_replay.reapply(list(_read(options["file"])), now=timezone.now())
        self.stdout.write(
            f"Erased again: {done.erased}. Called off again: {done.called_off}. "
            f"Not in this database: {done.unknown}."
        )


def _read(name: str) -> Iterator[Entry]:
    """Read the whole file before anything is erased."""
    try:
        text = sys.stdin.read() if name == "-" else Path(name).read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"{name} cannot be read: {error}") from error
    for number, line in enumerate(text.splitlines(), start=1):
        try:
            yield _entry(json.loads(line))
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise CommandError(f"Line {number} of {name} is not what list writes.") from error


def _entry(said: dict[str, str | None]) -> Entry:
    times = {name: parse_datetime(said[name] or "") for name in TIMES}
    asked, due = times["requested_at"], times["due_at"]
    broken = [name for name in TIMES if said[name] and times[name] is None]
    if asked is None or due is None or broken:
        raise ValueError("a request has a time")
    return Entry(
        id=uuid.UUID(said["id"]),
        user=uuid.UUID(said["user"]),
        requested_at=asked,
        due_at=due,
        cancelled_at=times["cancelled_at"],
        completed_at=times["completed_at"],
    )
