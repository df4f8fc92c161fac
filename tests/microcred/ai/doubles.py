"""Providers that misbehave in ways a server cannot."""

from collections.abc import Sequence

from microcred.ai.base import EmbeddingReply, ProviderError, Vectors


class FailingEmbedder:
    """Counts its calls and fails each."""

    provider = "failing"
    model = "none"
    dimension = 3
    most_texts = 32

    def __init__(self) -> None:
        self.calls = 0

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Raise ProviderError."""
        self.calls += 1
        raise ProviderError("no", retryable=True, kind="server")

    def request(self, texts: Sequence[str]) -> EmbeddingReply:
        """Raise ProviderError."""
        self.calls += 1
        raise ProviderError("no", retryable=True, kind="server")
