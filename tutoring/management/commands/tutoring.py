"""manage.py tutoring: the systems that tell of sessions, and how well sessions are summarised."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from catalog.skill_texts import skill_texts
from microcred.ai import providers
from microcred.ai.base import EmbedderError, ProviderError
from microcred.errors import DomainError
from scoring.services import trial_model
from tutoring import queries, services
from tutoring.evaluation import datasets, measuring
from tutoring.model_narrative import SummaryModel
from tutoring.summarizing import SummarizingContext


class Command(BaseCommand):
    """``manage.py tutoring source add NAME|rotate NAME|deactivate NAME|reactivate NAME|list``, and ``evaluate``."""

    help = "Adds and lists tutoring systems, changes their secrets, and measures summaries."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the sub-commands."""
        commands = parser.add_subparsers(dest="command", required=True)
        deeds = commands.add_parser("source", help="The systems that tell of sessions.").add_subparsers(
            dest="deed", required=True
        )
        for deed, told in (
            ("add", "Add one; its secret is printed this once."),
            ("rotate", "Give one a new secret; the one before is good for 24 hours more."),
            ("deactivate", "Hear one no more."),
            ("reactivate", "Hear one again."),
        ):
            deeds.add_parser(deed, help=told).add_argument("name", help="What staff calls it.")
        deeds.add_parser("list", help="Print all of them.")

        evaluate = commands.add_parser(
            "evaluate", help="Summarise transcripts of which it is known what is right."
        )
        evaluate.add_argument(
            "--transcripts", type=Path, default=datasets.FILE, help="a file of the form of the own one"
        )
        evaluate.add_argument(
            "--model", action="store_true", help="Have the model tell of them, which costs what its calls do."
        )
        evaluate.add_argument("--json", action="store_true", help="Print one JSON object and nothing else.")

    def handle(self, *, command: str, deed: str = "", name: str = "", **options: Any) -> None:
        """Do it, and print what came of it."""
        try:
            if command == "evaluate":
                self._evaluate(options["transcripts"], by_model=options["model"], as_json=options["json"])
            else:
                self._do(deed, name)
        except DomainError as error:
            raise CommandError(error.message) from error

    def _do(self, deed: str, name: str) -> None:
        if deed == "list":
            for one in queries.sources():
                self.stdout.write(f"{one.pk} {'active' if one.active else 'off'} {one.name}")
        elif deed == "add":
            source, secret = services.add_source(by=None, name=name)
            self.stdout.write(f"Source: {source.pk}\nAddress: /api/v1/summaries?source={source.pk}")
            self.stdout.write(f"Secret: {secret}")
        else:
            self._change(deed, name)

    def _change(self, deed: str, name: str) -> None:
        source = queries.source_named(name)
        if deed == "rotate":
            secret = services.rotate(by=None, source_id=source.pk, now=timezone.now())
            self.stdout.write(f"Secret: {secret}")
        else:
            services.set_active(by=None, source_id=source.pk, active=deed == "reactivate")
            self.stdout.write(f"{source.name} is heard {'again' if deed == 'reactivate' else 'no more'}.")

    def _evaluate(self, file: Path, *, by_model: bool, as_json: bool) -> None:
        try:
            cases = datasets.read(file)
            means = SummarizingContext(
                providers.local_embedder(), skill_texts(), self._teller() if by_model else None
            )
            unknown = {key for case in cases for key in case.topics} - {one.key for one in means.skills}
            if unknown:
                raise CommandError(f"The catalog has no skill {min(unknown)}. Load the seed catalog first.")
            found = measuring.report(measuring.measure(cases, means), means)
        except (OSError, ValueError, KeyError, ProviderError, EmbedderError) as error:
            raise CommandError(str(error)) from error
        if as_json:
            self.stdout.write(json.dumps(found, indent=1))
        else:
            self._print(found)

    def _print(self, found: dict[str, Any]) -> None:
        self.stdout.write(
            f"{found['transcripts']} transcripts, written for this; every other of a kind chooses thresholds, the rest "
            "report. The figures are upper bounds."
        )
        for name, value in found["in_use"].items():
            self.stdout.write(f"  {name:<6} in use {value:.3f}, would be chosen {found['chosen'][name]:.3f}")
        self.stdout.write(f"{'':<28}{'choose':>12}{'report':>12}")
        for name in dict.fromkeys([*found["choose"], *found["report"]]):
            told = [_share(found[half].get(name)) for half in measuring.HALVES]
            self.stdout.write(f"{name.replace('_', ' '):<28}{told[0]:>12}{told[1]:>12}")

    def _teller(self) -> SummaryModel:
        model = trial_model("summaries")
        if model is None:
            raise CommandError("There is no model: set OPENAI_API_KEY.")
        return SummaryModel(model)


def _share(figure: dict[str, int] | None) -> str:
    return f"{figure['held']}/{figure['of']}" if figure else "-"
