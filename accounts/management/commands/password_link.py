"""``manage.py password_link EMAIL``: a link by which somebody sets their password, such as the first admin's."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from accounts import password_links
from accounts.models import User
from microcred.errors import DomainError


class Command(BaseCommand):
    """Print the link, this once."""

    help = "Print a link by which a person sets a first or forgotten password; it is good once, for 24 hours."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the arguments."""
        parser.add_argument("email", help="The address that the person logs in with.")
        parser.add_argument(
            "--site", default="", help="What stands before the path, such as https://learn.example.org."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Make it."""
        if options["site"] and not options["site"].startswith(("https://", "http://")):
            raise CommandError("--site begins with https://, such as https://learn.example.org.")
        person = User.objects.filter(email=options["email"].strip().lower()).first()
        if person is None:
            raise CommandError("There is nobody with this e-mail address.")
        try:
            code = password_links.make(by=None, person=person, now=timezone.now())
        except DomainError as refusal:
            raise CommandError(refusal.message) from refusal
        self.stdout.write(password_links.address(code, site=options["site"]))
