"""Which skills come nearest to a name by what it means."""

import pytest

from catalog.importing.credentials.semantic_similarity import nearest_by_meaning
from catalog.importing.credentials.word_similarity import Near
from microcred.ai.base import ProviderError
from tests.factories.recommendations import FailingEmbedder, WordEmbedder

SKILLS = [
    ("sql", "SQL", "querying databases"),
    ("talks", "Presenting", "speaking to groups"),
    ("x", "Welding", "metal"),
]


def test_names_and_descriptions_are_compared_and_what_is_far_is_left_out() -> None:
    found = nearest_by_meaning(["presenting", "speaking to groups", "juggling"], SKILLS, WordEmbedder())

    assert found == [(Near("talks", "Presenting", 1.0),), (Near("talks", "Presenting", 0.87),), ()]


def test_all_is_asked_for_at_once() -> None:
    embedder = WordEmbedder()

    nearest_by_meaning(["a"], SKILLS[:1], embedder)

    assert embedder.embedded == ["SQL", "SQL: querying databases", "a"]


def test_without_names_or_skills_nothing_is_asked_for() -> None:
    assert nearest_by_meaning([], SKILLS, FailingEmbedder()) == []
    assert nearest_by_meaning(["a"], [], FailingEmbedder()) == [()]


def test_an_embedder_that_is_away_says_so() -> None:
    with pytest.raises(ProviderError):
        nearest_by_meaning(["a"], SKILLS, FailingEmbedder())
