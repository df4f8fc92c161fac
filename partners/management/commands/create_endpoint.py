"""``manage.py create_endpoint``: registers a partner's endpoint and prints its secret, this once."""

import uuid
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from microcred.errors import DomainError
from partners import queries, services
from partners.enums import EventType, SignatureScheme


class Command(BaseCommand):
    """Registers an endpoint."""

    help = "Register an endpoint for webhooks and print its secret, which cannot be shown again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare what can be said."""
        parser.add_argument("--name", required=True, help="What staff calls the partner.")
        parser.add_argument("--url", required=True, help="Where the webhooks go.")
        parser.add_argument(
            "--events",
            default="all",
            help=f"Event types, separated by commas: {', '.join(EventType.wanted())}.",
        )
        parser.add_argument(
            "--scheme",
            default="hmac",
            choices=SignatureScheme.values,
            help="How messages are signed; default hmac.",
        )
        parser.add_argument(
            "--contact", default="", help="E-mail address to write to when it is switched off."
        )
        parser.add_argument(
            "--service-key", type=uuid.UUID, help="Id of the key of the program that it belongs to."
        )
        parser.add_argument(
            "--replace", action="store_true", help="Switch off endpoints that have the same name."
        )

    def handle(
        self,
        *,
        name: str,
        url: str,
        events: str,
        scheme: str,
        contact: str,
        service_key: uuid.UUID | None,
        replace: bool,
        **_: Any,
    ) -> None:
        """Register, print."""
        wanted = EventType.wanted() if events == "all" else [part.strip() for part in events.split(",")]
        former = queries.active_named(name) if replace else []
        try:
            endpoint, shown = services.register_endpoint(
                by=None, name=name, url=url, event_types=wanted, scheme=scheme, contact_email=contact,
                service_key_id=service_key,
            )  # fmt: skip
        except DomainError as error:
            raise CommandError(error.message) from error
        for endpoint_id in former:
            services.deactivate(by=None, endpoint_id=endpoint_id, now=timezone.now())
        self.stdout.write(f"Endpoint: {endpoint.pk}")
        self.stdout.write(f"Events: {', '.join(endpoint.event_types)}")
        self.stdout.write(f"{'Public key' if scheme == SignatureScheme.ED25519 else 'Secret'}: {shown}")
