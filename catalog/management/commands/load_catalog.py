"""Loads a catalog folder into the database."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from catalog.importing.bundle import BundleInvalid
from catalog.importing.folder import read_folder
from catalog.importing.storing import ImportReport, store
from catalog.models import JobRole

SEED_DATA = Path(__file__).resolve().parents[2] / "seed_data"


class Command(BaseCommand):
    """``manage.py load_catalog``: idempotent, all or nothing."""

    help = (
        "Load skills, roles with their question pools, and credentials with their documents from a folder. "
        "Loading the same folder again changes nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the command's options."""
        parser.add_argument(
            "folder", nargs="?", type=Path, default=SEED_DATA,
            help="A folder with skills.json, roles/*.json and credentials/*.md; the demo catalog if left out.",
        )  # fmt: skip
        parser.add_argument(
            "--if-empty", action="store_true", help="Do nothing where there is a role already."
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="Say what would change, and change nothing."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Read, check and store the folder."""
        folder: Path = options["folder"]
        if options["if_empty"] and JobRole.objects.exists():
            self.stdout.write("There is a catalog already; it is kept as it is.")
            return
        if not folder.is_dir():
            raise CommandError(f"{folder} is not a folder.")
        try:
            bundle = read_folder(folder)
        except BundleInvalid as error:
            lines = "\n".join(f"  {problem}" for problem in error.problems)
            raise CommandError(f"Nothing was loaded; the catalog is not valid:\n{lines}") from None
        report = store(bundle, by=None, now=timezone.now(), dry_run=options["dry_run"])
        self._print(report, dry_run=options["dry_run"])

    def _print(self, report: ImportReport, *, dry_run: bool) -> None:
        heading = "Would load (dry run)" if dry_run else "Loaded"
        self.stdout.write(f"{heading}:")
        kinds = dict.fromkeys([*report.created, *report.updated, *report.unchanged])
        for kind in kinds:
            created, updated, same = (
                count[kind] for count in (report.created, report.updated, report.unchanged)
            )
            self.stdout.write(f"  {kind:<18} {created:>5} new {updated:>5} changed {same:>5} unchanged")
