"""Having a model write items, and looking each of them through before it is kept."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import structlog
from django.conf import settings

from microcred.ai.base import Embedder
from practice.drafting import solving, writing
from practice.drafting.checks import Result, without_model
from practice.drafting.comparing import vectors_of
from practice.drafting.similarity import ExistingItem, Surroundings, told
from practice.drafting.writing import UnreadableItems, Wish
from scoring.services import AccountedTextModel, GeneratedText, GenerationRequest

log = structlog.get_logger(__name__)

#: The check that takes a model.
ANSWERED: Final = "answered_blindly"


@dataclass(frozen=True, slots=True)
class DraftingContext:
    """What drafts are made with: who writes, who answers blindly, what there is, and the ``occasion`` (a job)."""

    writer: AccountedTextModel
    solver: AccountedTextModel
    embedder: Embedder
    around: Surroundings
    occasion: str


@dataclass(frozen=True, slots=True)
class Made:
    """An item as it was written, by which model, and what every check found."""

    content: Mapping[str, Any]
    model: str
    results: Sequence[Result]

    @property
    def passed(self) -> bool:
        """Whether nothing was found."""
        return all(one.passed for one in self.results)


def written(wish: Wish, skill: str, there: Sequence[str], means: DraftingContext) -> list[Made]:
    """Return up to as many items as are wished for, each looked through; fewer where replies cannot be read.

    ``there`` are the prompts of items of the skill that exist.

    Raises:
        ProviderError: from a model or the embedder.
    """
    made: list[Made] = []
    around = means.around
    for one, model in _items(wish, there, means):
        content = {"key": f"{skill}-model-{means.occasion[-12:]}-{len(made) + 1}", **one}
        results, known = _checked(content, skill, replace(means, around=around))
        made.append(Made(content, model, results))
        if known:
            around = replace(around, items=[*around.items, known])
    return made


def _items(wish: Wish, there: Sequence[str], means: DraftingContext) -> Iterator[tuple[dict[str, Any], str]]:
    shown = list(there)
    for start in range(0, wish.count, writing.MOST_A_CALL):
        part = replace(wish, count=min(writing.MOST_A_CALL, wish.count - start))
        reply = _asked(means.writer, _to_write(part, shown, f"{means.occasion}:{start}"))
        try:
            found = writing.read(reply.content, most=part.count)
        except UnreadableItems as error:
            log.warning("practice_items_unreadable", reason=str(error), call_id=str(reply.call_id))
            continue
        shown += [one["prompt"] for one in found]
        yield from ((one, reply.model) for one in found)


def _checked(
    content: Mapping[str, Any], skill: str, means: DraftingContext
) -> tuple[list[Result], ExistingItem | None]:
    """Check an item, by what costs nothing first; the second call is made only for what stands up to the rest."""
    results = without_model(content)
    if not results[0].passed:
        return results, None
    text = told(content)
    (vector,) = vectors_of([text], means.embedder)
    results += means.around.checked(skill=skill, text=text, vector=vector)
    if all(one.passed for one in results):
        results.append(Result(ANSWERED, tuple(_faults(content, means))))
    return results, ExistingItem(str(content["key"]), skill, text, vector)


def _faults(content: Mapping[str, Any], means: DraftingContext) -> Iterator[str]:
    for reading in range(1, solving.READINGS + 1):
        one = solving.blind(content, reading)
        reply = _asked(means.solver, _to_solve(one, f"{means.occasion}:{reading}"))
        if found := solving.fault(reply.content, one, content):
            yield f"reading {reading}: the second call {found}"
            return


def _asked(model: AccountedTextModel, wording: GenerationRequest) -> GeneratedText:
    return model.recall(wording) or model.ask(wording)


def _to_write(wish: Wish, there: Sequence[str], occasion: str) -> GenerationRequest:
    return GenerationRequest(
        version=writing.VERSION,
        sha256=writing.SHA256,
        system=writing.SYSTEM,
        user=writing.user(wish, there, occasion=occasion, secret=settings.RECORD_HASH_KEY),
        schema_name=writing.SCHEMA_NAME,
        schema=writing.schema(),
        max_tokens=writing.TOKENS_AN_ITEM * wish.count,
    )


def _to_solve(one: solving.Blind, occasion: str) -> GenerationRequest:
    return GenerationRequest(
        version=solving.VERSION,
        sha256=solving.SHA256,
        system=solving.SYSTEM,
        user=solving.user(one, occasion=occasion, secret=settings.RECORD_HASH_KEY),
        schema_name=solving.SCHEMA_NAME,
        schema=solving.schema(one),
        max_tokens=solving.MOST_TOKENS,
    )
