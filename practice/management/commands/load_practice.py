"""Loads practice items into the database: those of a folder, and variants of the generated ones."""

from argparse import ArgumentParser, ArgumentTypeError
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from practice.importing.bank import BankInvalid, read_bank
from practice.importing.storing import store
from practice.models import PracticeItem

SEED_DATA = Path(__file__).resolve().parents[2] / "seed_data"
VARIANTS = 12
MOST_VARIANTS = 1000


def _variants(text: str) -> int:
    if not text.isdecimal() or int(text) > MOST_VARIANTS:
        raise ArgumentTypeError(f"must be a whole number from 0 to {MOST_VARIANTS}")
    return int(text)


class Command(BaseCommand):
    """``manage.py load_practice``: idempotent, all or nothing."""

    help = (
        "Load practice items from a folder, and make variants of those that are generated. Everything is checked "
        "first. Loading the same again changes nothing, and what students have made of an item's rating stays. "
        "Run load_catalog first."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the command's options."""
        parser.add_argument(
            "folder", nargs="?", type=Path, default=SEED_DATA,
            help="A folder with a file SKILL.json for each skill; the items that come along if left out.",
        )  # fmt: skip
        parser.add_argument(
            "--generated", type=_variants, default=VARIANTS, metavar="N",
            help=f"How many variants to make of each generator and difficulty; {VARIANTS} if left out, 0 for none.",
        )  # fmt: skip
        parser.add_argument(
            "--if-empty", action="store_true", help="Do nothing where there is a practice item already."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Read, make, check and store the items."""
        folder: Path = options["folder"]
        if options["if_empty"] and PracticeItem.objects.exists():
            self.stdout.write("There are practice items already; they are kept as they are.")
            return
        if not folder.is_dir():
            raise CommandError(f"{folder} is not a folder.")
        try:
            items = read_bank(folder, generated=options["generated"])
        except BankInvalid as error:
            lines = "\n".join(f"  {problem}" for problem in error.problems)
            raise CommandError(f"Nothing was loaded; the practice items are not valid:\n{lines}") from None
        report = store(items, by=None, now=timezone.now())
        self.stdout.write(
            f"Loaded practice items: {report.created} new, {report.changed} changed, {report.unchanged} unchanged"
        )
