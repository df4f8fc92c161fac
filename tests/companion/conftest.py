"""What tests of the pages share."""

from tests.fakes.judges import openai

__all__ = ["openai"]
