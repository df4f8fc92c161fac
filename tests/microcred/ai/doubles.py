"""Providers that misbehave in ways a server cannot."""

from collections.abc import Sequence

from microcred.ai.base import ProviderError, Vectors


class FailingEmbedder:
    """Counts its calls and fails each."""

    provider = "failing"
    model = "none"
    dimension = 3

    def __init__(self) -> None:
        self.calls = 0

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Raise ProviderError."""
        self.calls += 1
        raise ProviderError("no", retryable=True, kind="server")
