"""``manage.py reseal_secrets``: the step between two encryption keys."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from ops import resealing


class Command(BaseCommand):
    """Seal again."""

    help = (
        "Seal secrets of webhook endpoints and second factors with WEBHOOK_ENCRYPTION_KEY that a key of "
        "WEBHOOK_DECRYPTION_KEYS has sealed. Can be repeated; changes no secret."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it, and say what became of each table."""
        lost = 0
        for table in resealing.reseal():
            lost += table.lost
            self.stdout.write(
                f"{table.table}: {table.changed} sealed again, {table.kept} had the present key, "
                f"{table.lost} opened by no key"
            )
        if lost:
            raise CommandError(
                "Some could not be opened: is a former key missing in WEBHOOK_DECRYPTION_KEYS?"
            )
