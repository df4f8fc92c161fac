"""``manage.py grant_service_role``: the database user as whom web server and worker work."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from ops import service_role


class Command(BaseCommand):
    """Give it what it needs, and make it where it is missing."""

    help = (
        "Give a database user what web server and worker need: to read and change rows, and nothing about tables. Run "
        "it as the user that migrates, after migrating; it can be repeated. DATABASE_URL of web server and worker then "
        "names the user that was given it. Without that they work as the owner, who can switch off what guards the "
        "audit trail."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Which user."""
        parser.add_argument(
            "--role", default=service_role.ROLE, help=f"the user's name ({service_role.ROLE})", metavar="NAME"
        )
        parser.add_argument(
            "--create",
            action="store_true",
            help="make the user where it is missing, with the password in DATABASE_SERVICE_PASSWORD",
        )

    def handle(self, *args: Any, role: str, create: bool, **options: Any) -> None:
        """Do it, and say so."""
        try:
            if create and not service_role.exists(role):
                service_role.create(role, settings.DATABASE_SERVICE_PASSWORD)
                self.stdout.write(f"{role}: made")
            service_role.grant(role)
        except service_role.RoleUnknown as error:
            raise CommandError(f"{error} --create makes it.") from error
        except service_role.RoleTooMighty as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{role}: may read and change rows, and nothing about tables")
