"""The safeguards of this process, with the embedder that their model was fitted with."""

from functools import cache

from django.conf import settings

from microcred.ai import providers
from microcred.ai.base import Embedder
from microcred.ai.minilm import OnnxEmbedder
from microcred.ai.onnx_export import build
from scoring.essays.asides import shipped
from scoring.essays.safeguards import EmbeddedSafeguards, Safeguards


@cache
def safeguards() -> Safeguards:
    """Return the safeguards; only for workers and commands, for they load an embedder."""
    return EmbeddedSafeguards(local_embedder())


def local_embedder() -> Embedder:
    """Return the embedder that asides were fitted with.

    Where this machine embeds by another one, it is loaded beside that.
    """
    loaded = providers.local_embedder()
    if loaded.model == shipped().embedder:
        return loaded
    folder, _ = build(settings.EMBEDDER_DIR, model="")
    return OnnxEmbedder(folder)
