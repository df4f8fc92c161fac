"""manage.py verify_records: is the chain of decision records as it was written."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from recommendations import replaying


class Command(BaseCommand):
    """Exit status: 0 the chain is whole, 1 it is not."""

    help = "Checks every decision record's hash and place, and names the first that is not as it was written."

    def handle(self, *args: Any, **options: Any) -> None:
        """Verify and report."""
        count, broken = replaying.verify()
        if broken:
            raise CommandError(f"Record {broken.sequence}: {broken.why}.")
        self.stdout.write(f"{count} decision records, all as they were written.")
