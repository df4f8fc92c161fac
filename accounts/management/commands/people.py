"""``manage.py people import FILE``: bringing people in by a table."""

import json
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from accounts import password_links
from accounts.importing import reading, services
from accounts.importing.planning import Plan, plan
from accounts.importing.services import Handed
from microcred import email_delivery
from microcred.errors import DomainError


class Command(BaseCommand):
    """Read the file, say what would come of it or do it, and tell."""

    help = "Make people from a CSV file; each gets a link for their password, by letter or printed this once."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the arguments."""
        actions = parser.add_subparsers(dest="action", required=True)
        importing = actions.add_parser("import", help="Make whoever is new; who is there stays as they are.")
        importing.add_argument("file", type=Path, help=f"Columns: {', '.join(reading.COLUMNS)}.")
        importing.add_argument("--dry-run", action="store_true", help="Only say what would come of it.")
        importing.add_argument("--skip-bad", action="store_true", help="Leave out lines that are refused.")
        importing.add_argument(
            "--links", action="store_true", help="Print the links, even where letters go out."
        )
        importing.add_argument("--site", default="", help="What the links begin with; default PUBLIC_URL.")
        importing.add_argument("--json", action="store_true", help="Print one object.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it; the exit status is 1 where lines are refused and not skipped."""
        try:
            rows = reading.read(_content(options["file"]))
            found = plan(rows)
            may_write = not options["dry_run"] and (options["skip_bad"] or not found.refused)
            handed: list[Handed] = []
            if may_write:
                by_letter = email_delivery.is_email_configured() and not options["links"]
                done = services.import_people(
                    by=None, rows=rows, now=timezone.now(), by_letter=by_letter, skip_bad=options["skip_bad"],
                    expected=found.fingerprint,
                )  # fmt: skip
                handed = list(done.handed)
        except DomainError as refusal:
            raise CommandError(refusal.message) from refusal
        self._tell(found, _links(handed, options["site"]), written=may_write, as_json=options["json"])
        if found.refused and not options["skip_bad"]:
            raise CommandError(f"{len(found.refused)} lines are refused. Nothing was written.")

    def _tell(self, found: Plan, links: dict[str, str], *, written: bool, as_json: bool) -> None:
        if as_json:
            self.stdout.write(json.dumps(_facts(found) | {"written": written, "passwords": links}))
            return
        for line in found.refused:
            self.stdout.write(f"line {line.row.line}  {line.row.email}  {line.reason}")
        self.stdout.write(
            f"New: {len(found.new)}. There already: {len(found.there)}. Refused: {len(found.refused)}. "
            f"Links to advisors and guardians: {found.links}.{'' if written else ' Nothing was written.'}"
        )
        for email, link in links.items():
            self.stdout.write(f"{email}  {link}")


def _content(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(reading.MOST_BYTES + 1)
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error.strerror}") from error


def _links(handed: list[Handed], site: str) -> dict[str, str]:
    place = site or settings.PUBLIC_URL
    return {one.person.email: password_links.address(one.code, site=place) for one in handed}


def _facts(found: Plan) -> dict[str, Any]:
    return {
        "new": [line.row.email for line in found.new],
        "there": [line.row.email for line in found.there],
        "refused": [
            {"line": line.row.line, "email": line.row.email, "reason": line.reason} for line in found.refused
        ],
        "links": found.links,
    }
