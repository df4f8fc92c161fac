"""``manage.py replay_webhook``: sends events to an endpoint again, one by one or all of some time."""

import datetime as dt
import uuid
from argparse import ArgumentParser, ArgumentTypeError
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from microcred.errors import DomainError
from partners import services


def moment(text: str) -> dt.datetime:
    """Read a moment; without an offset it is in UTC."""
    try:
        found = parse_datetime(text) or dt.datetime.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"{text!r} is no time such as 2026-03-02T09:00") from None
    return found if found.tzinfo else found.replace(tzinfo=dt.UTC)


class Command(BaseCommand):
    """Replays deliveries."""

    help = (
        "Send deliveries that are dead, or that the partner lost, again under their old ids: those named, or those "
        "to an endpoint whose events came up since a moment."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare what can be said."""
        parser.add_argument("delivery", nargs="*", type=uuid.UUID, help="Id of a delivery.")
        parser.add_argument("--endpoint", type=uuid.UUID, help="Id of an endpoint; with --since.")
        parser.add_argument("--since", type=moment, help="For example 2026-03-02T09:00, in UTC.")
        parser.add_argument("--until", type=moment, help="Up to, without; default now.")
        parser.add_argument("--all", action="store_true", help="What arrived too, not only what died.")

    def handle(self, *, delivery: list[uuid.UUID], endpoint: uuid.UUID | None, **options: Any) -> None:
        """Replay each; stop at the first that cannot be."""
        if bool(delivery) == bool(endpoint) or bool(endpoint) != bool(options["since"]):
            raise CommandError("Name deliveries, or an --endpoint with --since.")
        if endpoint:
            self._replay_range(endpoint, options["since"], options["until"] or timezone.now(), options["all"])
            return
        for delivery_id in delivery:
            try:
                services.replay(by=None, delivery_id=delivery_id, now=timezone.now())
            except DomainError as error:
                raise CommandError(f"{delivery_id}: {error.message}") from error
            self.stdout.write(f"{delivery_id} is on its way again.")

    def _replay_range(
        self, endpoint_id: uuid.UUID, since: dt.datetime, until: dt.datetime, everything: bool
    ) -> None:
        """Replay batch after batch; what was sent again is on its way and not chosen twice."""
        sent, batch = 0, -1
        while batch:
            try:
                batch = services.replay_range(
                    by=None,
                    endpoint_id=endpoint_id,
                    since=since,
                    until=until,
                    now=timezone.now(),
                    only_dead=not everything,
                )
            except DomainError as error:
                raise CommandError(f"{endpoint_id}: {error.message}") from error
            sent += batch
        self.stdout.write(f"Deliveries on their way again: {sent}.")
