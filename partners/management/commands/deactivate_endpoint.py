"""``manage.py deactivate_endpoint``: stops telling an endpoint of events."""

import uuid
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from microcred.errors import DomainError
from partners import services


class Command(BaseCommand):
    """Switches an endpoint off."""

    help = (
        "Send an endpoint nothing more; what is pending for it is given up. Doing so twice changes nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare what can be said."""
        parser.add_argument("endpoint", type=uuid.UUID, help="Id of an endpoint.")

    def handle(self, *, endpoint: uuid.UUID, **_: Any) -> None:
        """Switch it off."""
        try:
            services.deactivate(by=None, endpoint_id=endpoint, now=timezone.now())
        except DomainError as error:
            raise CommandError(f"{endpoint}: {error.message}") from error
        self.stdout.write(f"{endpoint} is told nothing more.")
