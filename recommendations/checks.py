"""System check: the configured embedder makes the vectors that the index in use holds."""

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Error
from django.db import OperationalError, connection

from microcred.ai import providers
from microcred.ai.base import EmbedderError
from recommendations.models import EmbeddingIndex
from recommendations.queries.indexes import UnlikeVectors, active_key

HINT = (
    "Set EMBEDDING_PROVIDER and EMBEDDING_MODEL as before; or build the new model's index and switch to it: "
    "manage.py embeddings reindex --switch. See docs/runbooks/re-embedding.md."
)


def check_index(*, databases: Sequence[str] | None = None, **kwargs: Any) -> Sequence[CheckMessage]:
    """E009, E010: an index by another model than the configured one, and an embedder that cannot be had.

    Says nothing while there is no database, no table or no index: then nothing is compared.
    """
    if not databases:
        return []
    try:
        if EmbeddingIndex._meta.db_table not in connection.introspection.table_names():
            return []
        active = active_key()
    except OperationalError:
        return []
    if active is None:
        return []
    try:
        configured = providers.embedding_key()
    except EmbedderError as error:
        return [Error(str(error), id="microcred.E010")]
    if configured == active:
        return []
    return [Error(UnlikeVectors(configured, active).message, hint=HINT, id="microcred.E009")]
