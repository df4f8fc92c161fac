"""manage.py verify_records: is the chain of decision records as it was written."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from microcred.errors import Invalid
from recommendations import verifying


class Command(BaseCommand):
    """Exit status: 0 the chain is whole, 1 it is not."""

    help = (
        "Checks every decision record's hash and place and the model calls it names, and says which is the first "
        "that is not as it was written."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the anchor that is given out, and those that are taken."""
        parser.add_argument(
            "--head",
            action="store_true",
            help="print only the head of the chain, NUMBER:HASH, to be kept outside of this database",
        )
        parser.add_argument(
            "--anchor",
            action="append",
            default=[],
            metavar="NUMBER:HASH",
            help="a head that was printed before and must still be in the chain; may be given again",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Verify and report."""
        told = options["verbosity"] > 1
        try:
            found = verifying.verify(
                anchors=options["anchor"],
                progress=(lambda done: self.stderr.write(f"{done} records")) if told else None,
            )
        except Invalid as error:
            raise CommandError(error.message) from error
        if found.broken:
            raise CommandError(f"Record {found.broken.sequence}: {found.broken.why}.")
        if options["head"]:
            self.stdout.write(found.head)
            return
        erased = f", {found.erased} with erased texts" if found.erased else ""
        calls = f"{found.calls} model calls behind them{erased}"
        self.stdout.write(f"{found.records} decision records, all as they were written; {calls}.")
