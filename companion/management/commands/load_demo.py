"""Loads the people and past learners of the demonstration."""

from argparse import ArgumentParser
from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from catalog.queries import active_roles
from companion.demo.learners import ensure_learners
from companion.demo.people import ensure_people
from companion.demo.takers import ROLE, ensure_takers
from microcred.ai.base import EmbedderError, ProviderError


class Command(BaseCommand):
    """``manage.py load_demo``: idempotent; needs the catalog."""

    help = (
        "Create the demo logins, which have a published password, synthetic past learners, and made-up learners whose "
        "answers were scored, reviewed and appealed about. Refused in staging and production. Run load_catalog first."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the command's option."""
        parser.add_argument(
            "--every-role",
            action="store_true",
            help="Make up learners with scored answers for every role, not only for one; takes half a minute.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Create who is missing."""
        if settings.IS_DEPLOYED:
            raise CommandError("Demo logins have a published password and are refused in this environment.")
        people = ensure_people()
        learners = ensure_learners(now=timezone.now())
        self.stdout.write(f"Demo logins: {people} new. Synthetic past learners: {learners} new.")
        try:
            takers = sum(ensure_takers(now=timezone.now(), role_key=key) for key in _roles(options))
        except (EmbedderError, ProviderError) as error:
            self.stderr.write(
                f"Without made-up learners with scored answers, for texts cannot be embedded: {error}"
            )
            return
        self.stdout.write(f"Made-up learners with scored answers: {takers} new.")


def _roles(options: Mapping[str, Any]) -> Sequence[str]:
    return [role.key for role in active_roles().order_by("key")] if options["every_role"] else [ROLE]
