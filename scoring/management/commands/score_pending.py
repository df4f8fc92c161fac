"""manage.py score_pending: score the essays that results had to go without."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from scoring import pending


class Command(BaseCommand):
    """Lists the results that lack scores of essays, and has them scored by the workers."""

    help = "Score essays that were left out, because the budget was used up or the provider was away."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the choices."""
        parser.add_argument("--dry-run", action="store_true", help="list them, and do nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        """List, and have them scored unless told not to."""
        found = pending.pending()
        for one in found:
            when = one.due_at.isoformat(timespec="minutes") if one.due_at and one.tries else "now"
            when = when if one.due_at else "left alone"
            self.stdout.write(
                f"{one.assessment_id}: {one.essays} left out ({', '.join(one.why)}), {one.tries} tries, "
                f"by schedule: {when}"
            )
        if options["dry_run"]:
            self.stdout.write(f"{len(found)} results lack scores of essays. Nothing was done.")
            return
        count = pending.score_again(found, by=None)
        self.stdout.write(f"{len(found)} results lack scores of essays; workers try {count} of them now.")
