"""Makes roles from occupations of ESCO."""

from argparse import ArgumentParser
from typing import Any

from catalog.importing.frameworks.esco import Esco
from catalog.importing.frameworks.framework import Framework
from catalog.importing.frameworks.tables import Tables
from catalog.management.framework_command import FrameworkCommand


class Command(FrameworkCommand):
    """``manage.py import_esco``."""

    help = (
        "Make a role of an occupation in ESCO, with its essential skills first. Reads the CSV download, as a zip file "
        "or as a folder, in any language. Reading the same again makes nothing."
    )
    codes = "its address, the end of that, or its title"
    language = ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the command's options."""
        super().add_arguments(parser)
        parser.add_argument(
            "--language",
            default="",
            metavar="en",
            help="The language to read, where a file holds several (English).",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Read, show and make."""
        self.language = options["language"]
        super().handle(*args, **options)

    def opened(self, tables: Tables) -> Framework:
        """Return the release of ESCO."""
        return Esco(tables, self.language)
