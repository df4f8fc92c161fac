"""manage.py embeddings: how far the catalog is embedded, and bringing it up to date."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from microcred.ai import providers
from microcred.ai.base import Embedder, EmbedderError, EmbeddingKey, ProviderError
from microcred.errors import DomainError
from recommendations import queries, services

STALE = 3


class Command(BaseCommand):
    """Exit status: 0 all is up to date, 1 it could not be done, 3 (``status`` only) something is not embedded."""

    help = "Shows how far the catalog's documents are embedded (status), or embeds what changed (refresh)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the two actions."""
        parser.add_argument("action", choices=["status", "refresh"])

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the action with the configured embedder."""
        try:
            embedder = providers.embedder()
        except EmbedderError as error:
            raise CommandError(f"The embedder cannot be loaded: {error}") from error
        if options["action"] == "refresh":
            self._refresh(embedder)
        else:
            self._status(embedder)

    def _status(self, embedder: Embedder) -> None:
        counts = queries.embedding_counts(EmbeddingKey.of(embedder))
        self.stdout.write(f"Model: {embedder.provider} {embedder.model}, {embedder.dimension} dimensions")
        self.stdout.write(
            f"Documents: {counts.documents}, of them not cut: {counts.documents_without_passages}"
        )
        self.stdout.write(
            f"Passages: {counts.passages}, of them not embedded: {counts.passages_without_vector}"
        )
        for key, number in counts.vectors.items():
            self.stdout.write(f"Vectors: {number} by {key.provider} {key.model}, {key.dimension} dimensions")
        if counts.documents_without_passages or counts.passages_without_vector:
            raise CommandError("Not all is embedded: run manage.py embeddings refresh.", returncode=STALE)

    def _refresh(self, embedder: Embedder) -> None:
        try:
            counts = services.refresh_embeddings(embedder=embedder, progress=self._progress)
        except (DomainError, ProviderError) as error:
            raise CommandError(f"The catalog could not be embedded: {error}") from error
        self.stdout.write(
            f"{counts.documents} documents, {counts.cut} cut anew: {counts.added} passages added, "
            f"{counts.removed} removed, {counts.embedded} embedded."
        )

    def _progress(self, done: int, total: int) -> None:
        self.stdout.write(f"Embedded {done} of {total} passages")
