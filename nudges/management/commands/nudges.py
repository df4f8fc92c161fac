"""``manage.py nudges``: who would be told what, and what came of it."""

import datetime as dt
from typing import Any, Final

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from nudges import queries, services

MOST_DAYS: Final = 3650


class Command(BaseCommand):
    """Shows what is due, and figures."""

    help = "Show who would be told what now and why, or what came of what students were told."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the subcommands."""
        actions = parser.add_subparsers(dest="action", required=True)
        due = actions.add_parser(
            "due", help="Look at everybody now, and tell them unless --dry-run is given."
        )
        due.add_argument("--dry-run", action="store_true", help="Only show it.")
        report = actions.add_parser("report", help="What came of nudges, by kind.")
        report.add_argument("--days", type=int, default=30, help="Of so many days; default 30.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Call the subcommand."""
        {"due": self._due, "report": self._report}[options["action"]](options)

    def _due(self, options: dict[str, Any]) -> None:
        now = timezone.now()
        if not options["dry_run"]:
            if not settings.NUDGES:
                raise CommandError(
                    "Nudges are switched off (NUDGES=false). With --dry-run it only shows what is due."
                )
            services.enlist(now=now)
        for one in services.due(now=now):
            if one.held_until:
                became = f"held until {one.held_until:%Y-%m-%d %H:%M} UTC"
            elif options["dry_run"]:
                became = "due"
            else:
                is_told = services.tell(one.user_id, one.draft, clock=one.clock, version=one.version, now=now)
                became = "told" if is_told else "not told"
            self.stdout.write(f"{one.user_id}  {one.draft.kind.value:<21}  {became}: {one.draft.reason}")

    def _report(self, options: dict[str, Any]) -> None:
        if not 1 <= options["days"] <= MOST_DAYS:
            raise CommandError(f"--days is 1 to {MOST_DAYS}.")
        found = queries.figures(since=timezone.now() - dt.timedelta(days=options["days"]))
        self.stdout.write(
            f"{'kind':<21} {'told':>6} {'sent':>6} {'opened':>6} {'clicked':>7} {'followed':>8}"
        )
        for one in found:
            self.stdout.write(
                f"{one.kind.value:<21} {one.told:>6} {one.sent:>6} {one.opened:>6} {one.clicked:>7} {one.followed:>8}"
            )
