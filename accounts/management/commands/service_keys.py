"""``manage.py service_keys create|rotate|revoke|list``: keys with which programs of partners call the API."""

import datetime as dt
import uuid
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from accounts import service_keys
from accounts.enums import OPENED_BY_SCOPES, Scope
from accounts.models import ServiceKey
from microcred.errors import DomainError


class Command(BaseCommand):
    """Make, change over, revoke and list keys; the text of a key is printed once."""

    help = "Make, change over, revoke and list the keys with which programs of partners call the API."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the subcommands."""
        actions = parser.add_subparsers(dest="action", required=True)
        creating = actions.add_parser("create", help="Make a key and print it, this once.")
        creating.add_argument("--name", required=True, help="What staff calls the program.")
        creating.add_argument(
            "--scopes",
            required=True,
            help=f"Separated by commas: {', '.join(Scope.values)}. {OPENED_BY_SCOPES}",
        )
        creating.add_argument("--days", type=int, default=365, help="Days until it expires, 1 to 730.")
        creating.add_argument("--per-minute", type=int, help="An allowance of its own, requests a minute.")
        rotating = actions.add_parser(
            "rotate", help="Print another secret; the present one works on for a while."
        )
        rotating.add_argument("key_id", type=uuid.UUID)
        rotating.add_argument(
            "--days", type=int, default=365, help="Days until the new one expires, 1 to 730."
        )
        rotating.add_argument(
            "--overlap-hours",
            type=int,
            default=168,
            help="Hours for which the present one works; 0 for a leak.",
        )
        revoking = actions.add_parser("revoke", help="Shut a program out, at once and for good.")
        revoking.add_argument("key_id", type=uuid.UUID)
        listing = actions.add_parser("list", help="All keys with scopes, ends and last uses; never a secret.")
        listing.add_argument("--live", action="store_true", help="Only those that work now.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Call the subcommand."""
        actions = {"create": self._create, "rotate": self._rotate, "revoke": self._revoke, "list": self._list}
        try:
            actions[options["action"]](options)
        except DomainError as error:
            raise CommandError(error.message) from error

    def _create(self, options: dict[str, Any]) -> None:
        scopes = [scope.strip() for scope in options["scopes"].split(",") if scope.strip()]
        key, text = service_keys.create(
            by=None,
            name=options["name"],
            scopes=scopes,
            now=timezone.now(),
            life=_days(options["days"]),
            requests_per_minute=options["per_minute"],
        )
        self.stdout.write(f"Id: {key.pk}")
        self.stdout.write(f"Scopes: {', '.join(key.scopes)}")
        self.stdout.write(f"Key: {text}")

    def _rotate(self, options: dict[str, Any]) -> None:
        text = service_keys.rotate(
            by=None,
            key_id=options["key_id"],
            now=timezone.now(),
            overlap=_hours(options["overlap_hours"]),
            life=_days(options["days"]),
        )
        self.stdout.write(f"Key: {text}")

    def _revoke(self, options: dict[str, Any]) -> None:
        key = service_keys.revoke(by=None, key_id=options["key_id"], now=timezone.now())
        self.stdout.write(f"{key.pk}  revoked {key.revoked_at:%Y-%m-%d %H:%M}")

    def _list(self, options: dict[str, Any]) -> None:
        now = timezone.now()
        for key in ServiceKey.objects.prefetch_related("secrets"):
            for secret in key.secrets.all():
                is_live = key.revoked_at is None and secret.expires_at > now
                if options["live"] and not is_live:
                    continue
                state = "live" if is_live else "revoked" if key.revoked_at else "expired"
                used = f"{secret.last_used_at:%Y-%m-%d %H:%M}" if secret.last_used_at else "never"
                self.stdout.write(
                    f"{key.pk}  {key.name}  {','.join(key.scopes)}  mc_…_{secret.pk.hex}_…  {state}  "
                    f"until {secret.expires_at:%Y-%m-%d}  used {used}"
                )


def _days(number: int) -> dt.timedelta:
    return _hours(number * 24)


def _hours(number: int) -> dt.timedelta:
    # Far out of range a duration cannot be computed; the services judge the rest.
    return dt.timedelta(hours=max(-1, min(number, 1_000_000)))
