"""The model behind a fake server, for results that rest on what it says."""

from tests.fakes.judges import openai

__all__ = ["openai"]
