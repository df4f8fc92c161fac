"""manage.py retrieval evaluate: how well the search finds the documents that queries are about."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from microcred.ai import providers
from microcred.ai.base import EmbedderError, ProviderError
from microcred.errors import DomainError
from microcred.tables import TableError, renamed
from recommendations.evaluation.retrieval import (
    COLUMNS,
    Evaluation,
    evaluate,
    read_questions,
    require_tables,
)
from recommendations.evaluation.vectors import CachedEmbedder

FIGURES: Final = ("mrr", "hit@1", "hit@5", "hit@10", "ndcg@10", "p50_ms", "p95_ms")


class Command(BaseCommand):
    """``manage.py retrieval evaluate``. Exit status: 0 measured, 1 a file or the database cannot be used."""

    help = "Measures the search by vector (exact and by index), by words and by both on files from outside."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the files."""
        commands = parser.add_subparsers(dest="command", required=True)
        measure = commands.add_parser("evaluate", help="Search for every query and compare.")
        measure.add_argument("--documents", type=Path, required=True, help="doc_id, title, text")
        measure.add_argument("--queries", type=Path, required=True, help="query, doc_id")
        measure.add_argument("--map", default="", help="Columns by other names: doc_id=soc,text=description.")
        measure.add_argument("--json", action="store_true", help="Print one JSON object and nothing else.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Measure and print."""
        try:
            questions = read_questions(
                options["documents"],
                options["queries"],
                by_name=renamed(options["map"], known=COLUMNS),
            )
            require_tables()
            embedder = CachedEmbedder(providers.embedder(), settings.STATE_DIR / "evaluation", self._progress)
            found = evaluate(questions, embedder, now=timezone.now())
        except (TableError, ProviderError, EmbedderError) as error:
            raise CommandError(str(error)) from error
        except DomainError as error:
            raise CommandError(error.message) from error
        if options["json"]:
            self.stdout.write(json.dumps(found.as_json(), indent=1))
        else:
            self._print(found)

    def _progress(self, done: int, total: int) -> None:
        self.stderr.write(f"  {done} of {total} new texts embedded")

    def _print(self, found: Evaluation) -> None:
        self.stdout.write(f"{found.n_docs} documents, {found.n_queries} queries")
        self.stdout.write(" ".join([f"{'mode':<13}", *(f"{name:>8}" for name in FIGURES)]))
        for name, values in found.modes.items():
            self.stdout.write(" ".join([f"{name:<13}", *(f"{values[column]:>8.4f}" for column in FIGURES)]))
        self.stdout.write(
            "Each row of the queries by itself: "
            + ", ".join(
                f"{name} mrr {one['mrr']:.4f} hit@5 {one['hit@5']:.4f}" for name, one in found.by_row.items()
            )
        )
