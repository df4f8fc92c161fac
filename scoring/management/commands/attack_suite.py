"""manage.py attack_suite: what attacks on the essay judge achieve."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from scoring.attacks import dataset, suite
from scoring.attacks.report import report
from scoring.attacks.suite import Outcome


class Command(BaseCommand):
    """Exit status: 0 no attack succeeded and hardly any clean essay was flagged, 1 otherwise."""

    help = "Runs the attack suite through the real essay pipeline against three made-up models."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the choices."""
        parser.add_argument("--fake", choices=["obedient", "hostile", "honest", "all"], default="all")
        parser.add_argument("--family", action="append", default=[], choices=dataset.families())
        parser.add_argument(
            "--unseen",
            action="store_true",
            help="only orders that the defences are not tuned to; never fails",
        )
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run, print, and fail where something got through."""
        if options["unseen"]:
            found = report(dataset.version(), suite.obedient(dataset.unseen_attacks()), None)
            self.stdout.write(json.dumps(found.as_json()) if options["json"] else found.as_text())
            return
        fake = options["fake"]
        outcomes: list[Outcome] = []
        if fake in {"obedient", "all"}:
            outcomes += suite.obedient(dataset.attacks(only=options["family"]))
        if fake in {"hostile", "all"} and not options["family"]:
            outcomes += suite.hostile()
        clean = suite.honest() if fake in {"honest", "all"} else None
        found = report(dataset.version(), outcomes, clean)
        as_json = json.dumps(found.as_json(), ensure_ascii=False, indent=1)
        self.stdout.write(as_json if options["json"] else found.as_text())
        if not found.passed:
            raise CommandError(f"{len(found.successes)} attacks succeeded.")
