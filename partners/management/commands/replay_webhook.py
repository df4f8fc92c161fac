"""``manage.py replay_webhook``: sends an event to an endpoint again."""

import uuid
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from microcred.errors import DomainError
from partners import services


class Command(BaseCommand):
    """Replays deliveries."""

    help = "Send deliveries that are dead, or that the partner lost, again under their old ids."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare what can be said."""
        parser.add_argument("delivery", nargs="+", type=uuid.UUID, help="Id of a delivery.")

    def handle(self, *, delivery: list[uuid.UUID], **_: Any) -> None:
        """Replay each; stop at the first that cannot be."""
        for delivery_id in delivery:
            try:
                services.replay(by=None, delivery_id=delivery_id, now=timezone.now())
            except DomainError as error:
                raise CommandError(f"{delivery_id}: {error.message}") from error
            self.stdout.write(f"{delivery_id} is on its way again.")
