"""``manage.py institution``: what to register with the institution's provider, and whether it can be used."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from accounts.institution import authorization, provider
from accounts.institution.errors import NotOffered, ProviderAway
from accounts.institution.provider_http import SECONDS
from microcred.outbound_connections import Deadline


class Command(BaseCommand):
    """Ask the provider all that a log-in asks it; never print the secret."""

    help = (
        "Say what to register with the institution's provider, and whether it answers as a log-in needs it."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        """Print one line for each thing; fail at the first that would keep people from logging in."""
        self.stdout.write(f"to register: {authorization.address()}")
        for address in settings.OIDC_APP_ADDRESSES:
            self.stdout.write(f"to register: {address}")
        try:
            self._look()
        except NotOffered:
            raise CommandError(
                "OIDC_ISSUER, OIDC_CLIENT_ID and OIDC_CLIENT_SECRET are not all set."
            ) from None
        except ProviderAway as failure:
            raise CommandError(f"The provider cannot be used: {failure.step}: {failure.reason}") from None

    def _look(self) -> None:
        clock = Deadline(SECONDS)
        known = provider.described(clock)
        self.stdout.write(f"described: {known.issuer}")
        self.stdout.write(f"keys: {len(provider.keys(known, clock))}")
        if not provider.takes_client(known, clock):
            raise CommandError(f"The provider does not take {settings.OIDC_CLIENT_ID} with this secret.")
        self.stdout.write(f"takes us: {settings.OIDC_CLIENT_ID}")
