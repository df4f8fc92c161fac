"""manage.py recommender evaluate: how well the recommender foresees what learners take next."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from microcred.ai import providers
from microcred.ai.base import Embedder, EmbedderError, ProviderError
from microcred.tables import TableError, renamed
from recommendations.evaluation.datasets import COLUMNS, read_learners
from recommendations.evaluation.recommender import Evaluation, evaluate
from recommendations.evaluation.vectors import CachedEmbedder

FIGURES: Final = ("recall@10", "ndcg@10", "recall@20", "ndcg@20", "coverage", "top_share", "seconds")


class Command(BaseCommand):
    """``manage.py recommender evaluate``. Exit status: 0 measured, 1 a file cannot be used."""

    help = (
        "Measures popularity, text, item neighbours and the blend that ships on files of what learners took."
    )
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the files."""
        commands = parser.add_subparsers(dest="command", required=True)
        measure = commands.add_parser("evaluate", help="Rank for every user with targets and compare.")
        measure.add_argument("--items", type=Path, required=True, help="item_id, title, text (tags: a|b)")
        measure.add_argument("--history", type=Path, required=True, help="user_id, item_id (timestamp)")
        measure.add_argument("--targets", type=Path, required=True, help="user_id, item_id (timestamp)")
        measure.add_argument("--map", default="", help="Columns by other names: item_id=course,text=about.")
        measure.add_argument("--json", action="store_true", help="Print one JSON object and nothing else.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Measure and print."""
        try:
            by_name = renamed(options["map"], known=COLUMNS)
            learners = read_learners(
                options["items"], options["history"], options["targets"], by_name=by_name
            )
            found = evaluate(learners, self._embedder, self.stderr.write)
        except (TableError, ProviderError, EmbedderError) as error:
            raise CommandError(str(error)) from error
        if options["json"]:
            self.stdout.write(json.dumps(found.as_json(), indent=1))
        else:
            self._print(found)

    def _embedder(self) -> Embedder:
        return CachedEmbedder(providers.embedder(), settings.STATE_DIR / "evaluation", self._progress)

    def _progress(self, done: int, total: int) -> None:
        self.stderr.write(f"  {done} of {total} new texts embedded")

    def _print(self, found: Evaluation) -> None:
        self.stdout.write(f"{found.n_users} users with targets, {found.n_items} items")
        self.stdout.write(" ".join([f"{'model':<10}", *(f"{name:>9}" for name in FIGURES)]))
        for name, figures in found.models.items():
            if figures is None:
                self.stdout.write(f"{name:<10} the items have no words")
                continue
            values = figures.as_json()
            self.stdout.write(" ".join([f"{name:<10}", *(f"{values[column]:>9.4f}" for column in FIGURES)]))
        for name, weights in found.weights.items():
            shown = ", ".join(f"{signal} {weight:.2f}" for signal, weight in weights.items() if weight > 0)
            self.stdout.write(f"Fitted weights of {name}: {shown or 'none'}")
