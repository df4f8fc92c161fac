"""Reading what a new item is compared with."""

from collections.abc import Sequence
from typing import Any, Final

from django.db.models import Min

from catalog import queries as catalog
from microcred.ai.base import Embedder, Vectors
from practice.drafting.similarity import ExistingItem, Surroundings, told
from practice.enums import DraftStatus
from practice.models import PracticeDraft, PracticeItem
from recommendations.embedding_caches import QueryVectors

# The same bank is compared with again by every job of a process.
_vectors: Final = QueryVectors(most=4096)


def surroundings(embedder: Embedder) -> Surroundings:
    """Return all items, assessment questions and skills with their vectors.

    Retired items count, since their wording was used up, and so do drafts that wait or were declined; of generated
    items, which differ by numbers, one of each kind. Raises ProviderError.
    """
    items, questions, skills = _items(), catalog.question_wordings(), catalog.skills_described()
    texts = [told(content) for _, _, content in items]
    asked = [told(content) for _, content in questions]
    described = [f"{one.name}. {one.description}" for one in skills]
    vectors = vectors_of([*texts, *asked, *described], embedder)
    after = len(texts) + len(asked)
    return Surroundings(
        items=[
            ExistingItem(key, skill, text, vector)
            for (key, skill, _), text, vector in zip(items, texts, vectors, strict=False)
        ],
        questions=[
            ExistingItem(key, "", text, vector)
            for (key, _), text, vector in zip(questions, asked, vectors[len(texts) :], strict=False)
        ],
        skills={one.key: vector for one, vector in zip(skills, vectors[after:], strict=True)},
    )


def vectors_of(texts: Sequence[str], embedder: Embedder) -> Vectors:
    """Return the vectors of texts, kept for the next time. Raises ProviderError."""
    return _vectors.of(texts, embedder)


def _items() -> list[tuple[str, str, dict[str, Any]]]:
    first = (
        PracticeItem.objects.exclude(generator="")
        .order_by()
        .values("generator", "difficulty")
        .annotate(first=Min("key"))
        .values("first")
    )
    rows = PracticeItem.objects.filter(generator="") | PracticeItem.objects.filter(key__in=first)
    found = rows.order_by("key").values_list("key", "skill__key", "prompt", "choices")
    items = [(key, skill, {"prompt": prompt, "choices": choices}) for key, skill, prompt, choices in found]
    drafts = PracticeDraft.objects.filter(status__in=[DraftStatus.WAITING, DraftStatus.DECLINED], item=None)
    told = drafts.order_by("pk").values_list("content", "skill__key")
    return [*items, *((content["key"], skill, content) for content, skill in told)]
