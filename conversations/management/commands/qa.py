"""manage.py qa evaluate: how well questions about the catalog are answered."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from catalog import queries as catalog
from conversations.evaluation import datasets, measuring
from microcred.ai import providers
from microcred.ai.base import EmbedderError, ProviderError
from microcred.errors import DomainError


class Command(BaseCommand):
    """``manage.py qa evaluate``. Exit status: 0 measured, 1 the questions or the database cannot be used."""

    help = "Puts questions about the seed catalog whose answers are known, by passages alone, and counts what is right."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the sub-command."""
        commands = parser.add_subparsers(dest="command", required=True)
        evaluate = commands.add_parser("evaluate", help="Put every question and compare.")
        evaluate.add_argument(
            "--questions", type=Path, default=datasets.FILE, help="a file of the form of the own one"
        )
        evaluate.add_argument("--json", action="store_true", help="Print one JSON object and nothing else.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Measure and print."""
        rows = catalog.credentials().order_by("pk").values_list("pk", "key", "documents__text")
        offered = {pk: measuring.Offered.of(key, text) for pk, key, text in rows}
        try:
            cases = datasets.read(options["questions"])
            unknown = {key for case in cases for key in case.right} - {one.key for one in offered.values()}
            if unknown:
                raise CommandError(
                    f"The catalog has no credential {min(unknown)}. Load the seed catalog first."
                )
            found = measuring.report(measuring.measure(cases, providers.local_embedder(), offered))
        except (OSError, ValueError, KeyError, ProviderError, EmbedderError) as error:
            raise CommandError(str(error)) from error
        except DomainError as error:
            raise CommandError(error.message) from error
        if options["json"]:
            self.stdout.write(json.dumps(found, indent=1))
        else:
            self._print(found)

    def _print(self, found: dict[str, Any]) -> None:
        self.stdout.write(
            f"{found['questions']} questions, every other of a kind chooses thresholds, the rest report"
        )
        for name, value in found["in_use"].items():
            chosen = found["chosen"][name]
            told = "none" if chosen is None else f"{chosen:.3f}"
            self.stdout.write(f"  {name:<10} in use {value:.3f}, would be chosen {told}")
        self.stdout.write(f"{'':<34}{'choose':>14}{'report':>14}")
        for name in found["report"]:
            if name != "bands":
                self._row(name, found, lambda half, name=name: found[half][name])
        for band in found["report"]["bands"]:
            self._row(f"band {band}: right", found, lambda half, band=band: found[half]["bands"][band])

    def _row(self, name: str, found: dict[str, Any], of: Any) -> None:
        told = [f"{one['held']}/{one['of']}" for one in (of("choose"), of("report"))]
        self.stdout.write(f"{name.replace('_', ' '):<34}{told[0]:>14}{told[1]:>14}")
