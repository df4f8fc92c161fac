"""The real embedder, built once at set-up and shared by the tests of meaning."""

import pytest
from django.conf import settings

from microcred.ai.base import Embedder
from microcred.ai.minilm import OnnxEmbedder
from microcred.ai.onnx_export import build


@pytest.fixture(scope="session")
def minilm() -> Embedder:
    """all-MiniLM-L6-v2 as the worker runs it."""
    folder, _ = build(settings.EMBEDDER_DIR, model="")
    return OnnxEmbedder(folder)
