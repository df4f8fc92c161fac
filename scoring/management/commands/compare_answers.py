"""Compares all answers to a question with each other, for staff to see where to look."""

import json
import uuid
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from microcred.errors import DomainError
from scoring.comparison import Compared, compare_answers


class Command(BaseCommand):
    """``manage.py compare_answers --question ID``."""

    help = "Score all essays on a question by how they stand among each other. Stores nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("--question", type=uuid.UUID, required=True, help="The question's id.")
        parser.add_argument("--json", action="store_true", help="Print one JSON array and nothing else.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Compare and print."""
        try:
            found = compare_answers(options["question"])
        except DomainError as error:
            raise CommandError(error.message) from error
        if options["json"]:
            self.stdout.write(json.dumps([shown(one) for one in found], indent=1))
            return
        self.stdout.write(f"{'assessment':<36} {'score':>7} {'by':<6} {'compared':>8} {'of':>6} unsure")
        for one in found:
            score, compared = ("none" if v is None else str(v) for v in (one.standing, one.compared))
            self.stdout.write(
                f"{one.assessment_id!s:<36} {score:>7} {one.source:<6} {compared:>8} {one.maximum:>6} "
                f"{one.uncertainty:.2f}"
            )


def shown(one: Compared) -> dict[str, Any]:
    """One answer as the published object; scores are decimal strings."""
    return {
        "assessment": str(one.assessment_id),
        "score": None if one.standing is None else str(one.standing),
        "by": one.source,
        "compared": None if one.compared is None else str(one.compared),
        "maximum": str(one.maximum),
        "uncertainty": one.uncertainty,
    }
