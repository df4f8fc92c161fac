"""Writes the catalog into a folder."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from catalog.importing.exporting import write_folder


class Command(BaseCommand):
    """``manage.py export_catalog``: the folder that ``load_catalog`` reads."""

    help = (
        "Write skills, roles with their question pools, and credentials with their documents into a folder."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the command's options."""
        parser.add_argument("folder", type=Path, help="A folder that is empty or not there yet.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Write it."""
        try:
            number = write_folder(options["folder"])
        except OSError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{number} files written to {options['folder']}.")
