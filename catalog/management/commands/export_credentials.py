"""Writes the credentials as a table."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from catalog.importing.credentials.exporting import csv_of
from catalog.models import Credential


class Command(BaseCommand):
    """``manage.py export_credentials``: the table that ``import_credentials`` reads."""

    help = (
        "Write all credentials, retired ones too, as a table (CSV) for spreadsheets. "
        "Importing what was just exported changes nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the command's options."""
        parser.add_argument("file", nargs="?", type=Path, help="Where to; to the terminal if left out.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Write it."""
        file: Path | None = options["file"]
        rows = Credential.objects.order_by("key")
        if file is None:
            for line in csv_of(rows):
                self.stdout.write(line, ending="")
            return
        try:
            with file.open("w", encoding="utf-8", newline="") as out:
                out.writelines(csv_of(rows))
        except OSError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{rows.count()} credentials written to {file}.")
