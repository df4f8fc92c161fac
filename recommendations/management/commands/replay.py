"""manage.py replay: do stored results still come out of what they were made from."""

import uuid
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from recommendations import replaying


class Command(BaseCommand):
    """Exit status: 0 no difference, 1 at least one, or no record."""

    help = "Works scores, profile and ranking of an assessment out again from its decision records, without network."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare whose records."""
        parser.add_argument("assessment", nargs="?", type=uuid.UUID)
        parser.add_argument("--all", action="store_true", help="every assessment that has a record")

    def handle(self, *args: Any, **options: Any) -> None:
        """Replay and report."""
        if bool(options["assessment"]) == options["all"]:
            raise CommandError("Name one assessment, or give --all.")
        chosen = [options["assessment"]] if options["assessment"] else replaying.assessments_with_records()
        replays = [one for assessment_id in chosen for one in replaying.replay(assessment_id)]
        if not replays and not options["all"]:
            raise CommandError("This assessment has no decision record.")
        for one in replays:
            for difference in one.differences:
                self.stdout.write(f"{one.assessment_id} run {one.run}: {difference}")
        different = sum(one.is_different for one in replays)
        self.stdout.write(f"{len(replays)} records replayed, {different} with differences.")
        if different:
            raise CommandError(f"{different} records came out otherwise.")
