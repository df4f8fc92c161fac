"""manage.py verify_audit: is the audit trail as it was written."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from microcred.errors import Invalid
from ops import audit_verifying


class Command(BaseCommand):
    """Exit status: 0 the trail is whole, 1 it is not."""

    help = "Checks every row of the audit trail and its place, and names the first that is not as it was written."

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
        parser.add_argument(
            "--anchors-in",
            metavar="FILE",
            help="a log of the worker, which holds the head of every minute; all of them must be in the chain",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Verify and report."""
        said = list(options["anchor"])
        if options["anchors_in"]:
            said += _anchors_in(options["anchors_in"])
        try:
            anchors = audit_verifying.read_anchors(said)
        except Invalid as error:
            raise CommandError(error.message) from error
        told = options["verbosity"] > 1
        found = audit_verifying.verify(
            anchors=anchors, progress=(lambda done: self.stderr.write(f"{done} rows")) if told else None
        )
        if found.broken:
            raise CommandError(f"The audit trail was changed. The first bad row: {found.broken}.")
        if options["head"]:
            self.stdout.write(found.head)
            return
        checked = f", {len(anchors)} anchors among them" if anchors else ""
        self.stdout.write(f"{found.rows} rows of the audit trail, all as they were written{checked}.")


def _anchors_in(name: str) -> list[str]:
    """Find the anchors in a log; one without any would prove nothing, such as that of another program."""
    found = audit_verifying.anchors_in(_text_of(name))
    if not found:
        raise CommandError(f"{name} holds no anchor (audit_anchored), so nothing was compared with it.")
    return found


def _text_of(name: str) -> str:
    try:
        return Path(name).read_text(errors="replace")
    except OSError as error:
        raise CommandError(f"{name} cannot be read: {error.strerror}.") from error
