"""``manage.py keys``: every key that was given out, and which are to be changed."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from accounts.key_inventory import in_use


class Command(BaseCommand):
    """List keys; never a secret."""

    help = "List the keys in use by age, and say which are to be changed (KEY_DAYS, or about to end)."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options."""
        parser.add_argument("--due", action="store_true", help="Only those that are to be changed.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print one line for each."""
        now = timezone.now()
        shown = [(key, key.why_due(now)) for key in in_use(now=now)]
        for key, why in shown:
            if why or not options["due"]:
                self.stdout.write(
                    f"{key.made_at.date()}  {key.purpose:16} {key.owner}{f'  to change: {why}' if why else ''}"
                )
        self.stdout.write(f"{len(shown)} in use, to change: {sum(bool(why) for _, why in shown)}")
