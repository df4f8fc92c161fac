"""``manage.py embedder build|check``: the local embedding model, exported once per machine."""

import time
from typing import Any

import numpy as np
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError, CommandParser

from microcred.ai import providers
from microcred.ai.base import Embedder, EmbedderError, EmbeddingKey, ProviderError
from microcred.ai.onnx_export import build, current_export, export_folder
from microcred.ai.weights import find_weights

RELATED = ("SQL joins two tables.", "A join combines rows of two tables in a database.")
UNRELATED = "The choir rehearses on Thursday evenings."


class Command(BaseCommand):
    """Build or check the embedder; needs no database."""

    help = "Export the local embedding model to ONNX (build), or verify that embedding works (check)."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the two actions."""
        actions = parser.add_subparsers(dest="action", required=True)
        building = actions.add_parser("build", help="export the model unless that is done; about 10 seconds")
        building.add_argument("--force", action="store_true", help="export again even if it is up to date")
        actions.add_parser("check", help="verify weights and export, then embed; exit status 1 on failure")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the action."""
        try:
            if options["action"] == "check":
                self._check()
            else:
                self._build(force=options["force"])
        except (EmbedderError, ProviderError, ImproperlyConfigured) as error:
            raise CommandError(str(error)) from error

    def _build(self, *, force: bool) -> None:
        started = time.monotonic()
        weights = find_weights(settings.EMBEDDING_MODEL)
        self.stdout.write(f"Weights of {weights.name}: {'verified' if weights.is_local else 'from the hub'}.")
        if force or current_export(weights, settings.EMBEDDER_DIR) is None:
            self.stdout.write("Exporting to ONNX and comparing with sentence-transformers ...")
            self.stdout.flush()
        folder, manifest = build(settings.EMBEDDER_DIR, model=settings.EMBEDDING_MODEL, force=force)
        self.stdout.write(
            self.style.SUCCESS(
                f"Embedder ready in {folder} ({manifest.dimension} dimensions, differs from "
                f"sentence-transformers by {manifest.largest_difference:.0e} at most, "
                f"{time.monotonic() - started:.1f} s)."
            )
        )

    def _check(self) -> None:
        self._check_export()
        # What people write is embedded on this machine, also where the catalog is embedded elsewhere.
        for embedder in dict.fromkeys([providers.embedder(), providers.local_embedder()]):
            self._check_sense(embedder)

    def _check_sense(self, embedder: Embedder) -> None:
        first, second, other = embedder.embed([*RELATED, UNRELATED])
        if not float(np.dot(first, second)) > float(np.dot(first, other)):
            raise CommandError("The embedder finds unrelated texts more similar than related ones.")
        key = EmbeddingKey.of(embedder)
        self.stdout.write(
            self.style.SUCCESS(f"Embedder works: {key.provider}, {key.model}, {key.dimension} dimensions.")
        )

    def _check_export(self) -> None:
        weights = find_weights(settings.EMBEDDING_MODEL)
        if current_export(weights, settings.EMBEDDER_DIR) is None:
            folder = export_folder(weights, settings.EMBEDDER_DIR)
            raise CommandError(f"{folder} holds no export of these weights: run manage.py embedder build.")
