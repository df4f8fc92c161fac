"""manage.py embeddings: how far the catalog is embedded, bringing it up to date, and changing the model."""

import json
import os
import uuid
from argparse import ArgumentParser, ArgumentTypeError, RawDescriptionHelpFormatter
from dataclasses import asdict
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError, CommandParser, DjangoHelpFormatter
from django.utils import timezone

from catalog import queries as catalog
from microcred.ai import providers
from microcred.ai.base import Embedder, EmbedderError, EmbeddingKey, ProviderError
from microcred.ai.minilm import OnnxEmbedder
from microcred.command_arguments import count
from microcred.errors import DomainError
from recommendations import queries, services
from recommendations.queries import EmbeddingCounts, Filters, Recall

STALE: Final = 3
BELOW: Final = 4
HELP: Final = """Embeddings of the catalog's passages.

status   what is embedded by which model, and what is not yet
refresh  embed what changed
reindex  build the configured model's index beside the one in use, compare both, and with --switch change over
prune    show which vectors of former models can go, and with --apply remove them
recall   measure the search against an exact one

Exit status: 0 done, 1 it could not be done, 3 status: something is not embedded, 4 recall is below --at-least."""


class _AsWritten(DjangoHelpFormatter, RawDescriptionHelpFormatter):
    """Leave the lines of the help as they are."""


class Command(BaseCommand):
    """Progress goes to stderr, results to stdout."""

    help = HELP
    # The check of the index would refuse the very command that mends it.
    requires_system_checks = []

    def create_parser(self, prog_name: str, subcommand: str, **options: Any) -> CommandParser:
        """Have the help shown as it is written."""
        return super().create_parser(prog_name, subcommand, formatter_class=_AsWritten, **options)

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the actions."""
        actions = parser.add_subparsers(dest="action", required=True)
        status = actions.add_parser("status", help="Show what is embedded, and what is not yet.")
        status.add_argument("--json", action="store_true", help="Print one JSON object.")
        actions.add_parser("refresh", help="Embed what changed since the last time.")
        reindex = actions.add_parser(
            "reindex", help="Build the index of the configured model beside the one in use, and compare them."
        )
        reindex.add_argument(
            "--switch", action="store_true", help="Then make it the one in use, in one transaction."
        )
        reindex.add_argument(
            "--least-overlap",
            type=_share,
            default=services.LEAST_OVERLAP,
            help="Share of nearest neighbours in common below which it does not switch (default %(default)s).",
        )
        prune = actions.add_parser("prune", help="Show which vectors are of no use any more.")
        prune.add_argument("--apply", action="store_true", help="Remove them.")
        recall = actions.add_parser(
            "recall", help="Measure the search against an exact one, by stored titles."
        )
        recall.add_argument("--k", type=count, default=10, help="Neighbours a query (default %(default)s).")
        recall.add_argument("--samples", type=count, default=200, help="Queries (default %(default)s).")
        recall.add_argument("--role", default="", help="Only credentials for the role with this key.")
        recall.add_argument("--language", default=None, help="Only documents in this language.")
        recall.add_argument(
            "--share", type=_share, default=None, help="Only this share of credentials, such as 0.01."
        )
        recall.add_argument("--at-least", type=_share, default=None, help="End with 4 if recall is lower.")
        recall.add_argument("--json", action="store_true", help="Print one JSON object.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the action with the configured embedder."""
        try:
            getattr(self, f"_{options['action']}")(options)
        except EmbedderError as error:
            raise CommandError(f"The embedder cannot be loaded: {error}") from error
        except DomainError as error:
            raise CommandError(error.message) from error
        except ProviderError as error:
            raise CommandError(f"The catalog could not be embedded: {error}") from error

    def _status(self, options: dict[str, Any]) -> None:
        key = EmbeddingKey.of(providers.embedder())
        counts, active = queries.embedding_counts(key), queries.active_key()
        if options["json"]:
            self.stdout.write(json.dumps(_as_json(key, active, counts), indent=1))
        else:
            self._show(key, active, counts)
        if counts.documents_without_passages or counts.passages_without_vector:
            action = "refresh" if active in (None, key) else "reindex"
            raise CommandError(f"Not all is embedded: run manage.py embeddings {action}.", returncode=STALE)

    def _show(self, key: EmbeddingKey, active: EmbeddingKey | None, counts: EmbeddingCounts) -> None:
        self.stdout.write(f"Model: {key.provider} {key.model}, {key.dimension} dimensions")
        self.stdout.write(f"In use: {queries.named(active) if active else 'nothing yet'}")
        self.stdout.write(
            f"Documents: {counts.documents}, of them not cut: {counts.documents_without_passages}"
        )
        self.stdout.write(
            f"Passages: {counts.passages}, of them not embedded: {counts.passages_without_vector}"
        )
        for one, number in counts.vectors.items():
            self.stdout.write(f"Vectors: {number} by {one.provider} {one.model}, {one.dimension} dimensions")

    def _refresh(self, options: dict[str, Any]) -> None:
        counts = services.refresh_active_index(
            embedder=every_core(), now=timezone.now(), progress=self._progress
        )
        self._tell(counts)

    def _reindex(self, options: dict[str, Any]) -> None:
        embedder = every_core()
        key = EmbeddingKey.of(embedder)
        self._tell(services.build_index(embedder=embedder, progress=self._progress))
        overlap = services.compare_index(key=key)
        if overlap is not None:
            share = "unknown" if overlap.share is None else f"{overlap.share:.1%}"
            self.stdout.write(
                f"Overlap of the {overlap.k} nearest with the index in use: {share} over {overlap.queries} titles"
            )
        if queries.active_key() == key:
            self.stdout.write(f"In use already: {queries.named(key)}.")
            return
        if not options["switch"]:
            self.stdout.write("Not switched: run it again with --switch to use this index.")
            return
        services.switch_index(key=key, now=timezone.now(), least_overlap=options["least_overlap"])
        self.stdout.write(f"In use: {queries.named(key)}. Start the workers anew with this model.")

    def _prune(self, options: dict[str, Any]) -> None:
        applied: bool = options["apply"]
        found = services.prune_indexes() if applied else services.old_indexes()
        for one in found:
            self.stdout.write(
                f"{queries.named(one.key)}: {one.passages} vectors of passages and {one.titles} of titles "
                f"{'removed' if applied else 'can go'}, {one.needed} kept for traces and decision records"
            )
        if not found:
            self.stdout.write("No index is out of use.")
        elif not applied:
            self.stdout.write("Nothing was removed: run it again with --apply.")

    def _recall(self, options: dict[str, Any]) -> None:
        key = queries.active_key()
        if key is None:
            raise CommandError("Nothing is embedded: run manage.py embeddings refresh.")
        k, samples, filters = options["k"], options["samples"], _filters(options)
        found = {
            "search": queries.recall_of(key, k=k, filters=filters, samples=samples),
            "index": queries.recall_of(key, k=k, filters=filters, samples=samples, exact=False),
        }
        if options["json"]:
            self.stdout.write(json.dumps({"k": k} | {name: asdict(one) for name, one in found.items()}))
        else:
            self._show_recall(k, found)
        least, measured = options["at_least"], found["search"].recall
        if least is not None and (measured is None or measured < least):
            raise CommandError(f"Recall is below {least}.", returncode=BELOW)

    def _show_recall(self, k: int, found: dict[str, Recall]) -> None:
        for name, one in found.items():
            recall = "nothing to find" if one.recall is None else f"{one.recall:.4f}"
            self.stdout.write(
                f"{name:<7} recall@{k} {recall} over {one.queries} titles, {one.p50_ms:.2f} ms a query"
            )

    def _tell(self, counts: services.RefreshCounts) -> None:
        self.stdout.write(
            f"{counts.documents} documents, {counts.cut} cut anew: {counts.added} passages added, "
            f"{counts.removed} removed, {counts.embedded} embedded."
        )

    def _progress(self, done: int, total: int) -> None:
        self.stderr.write(f"Embedded {done} of {total} passages")


def every_core() -> Embedder:
    """Return the configured embedder; this process does nothing else and never forks, so it may take every core."""
    embedder = providers.embedder()
    if isinstance(embedder, OnnxEmbedder):
        embedder.side_by_side = os.cpu_count() or 1
    return embedder


def _as_json(key: EmbeddingKey, active: EmbeddingKey | None, counts: EmbeddingCounts) -> dict[str, Any]:
    return {
        "configured": asdict(key),
        "active": asdict(active) if active else None,
        "documents": counts.documents,
        "documents_without_passages": counts.documents_without_passages,
        "passages": counts.passages,
        "passages_without_vector": counts.passages_without_vector,
        "indexes": [
            asdict(one.key)
            | {"active": one.active, "overlap": one.overlap, "vectors": counts.vectors.get(one.key, 0)}
            for one in queries.indexes()
        ],
    }


def _filters(options: dict[str, Any]) -> Filters:
    role, share = options["role"], options["share"]
    return Filters(
        role_id=_role_id(role) if role else None,
        language=options["language"],
        credential_ids=queries.share_of_credentials(share) if share else None,
    )


def _role_id(key: str) -> uuid.UUID:
    found = catalog.active_roles().filter(key=key).values_list("pk", flat=True).first()
    if found is None:
        raise CommandError(f"There is no role with the key {key}.")
    return found


def _share(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value <= 1:
        raise ArgumentTypeError(f"{text} is not a share from 0 to 1")
    return value
