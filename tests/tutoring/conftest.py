"""The model behind a fake server."""

from tests.fakes.judges import openai

__all__ = ["openai"]
