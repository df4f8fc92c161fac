"""The two real judges, for every test of this folder."""

from tests.fakes.judges import local_judge, openai

__all__ = ["local_judge", "openai"]
