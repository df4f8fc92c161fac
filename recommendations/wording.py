"""Putting a run into words: quotations chosen, sentences written by a model or by templates, all of them checked.

What a model writes counts for a credential, or for the summary, where enough of it stands; else the template does.
"""

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

import structlog
from django.conf import settings

from assessments.enums import MissingPart
from microcred.ai.base import Embedder, ProviderError, Vectors
from recommendations import prompting, queries
from recommendations.citing import Checked, Sentence, Source, check, fault
from recommendations.drafts import Draft, DraftItem
from recommendations.embedding_caches import SentenceVectors
from recommendations.names import Names
from recommendations.prompting import Topic, UnreadableWords
from recommendations.quoting import Saying, best, sayings
from recommendations.rationale import Quote, grounds, rationale, run_grounds, summary
from scoring.services import AccountedTextModel, GeneratedText, GenerationRequest

log = structlog.get_logger(__name__)

LEAST_SENTENCES: Final = 2
SUMMARY: Final = ""

_sentence_vectors: Final = SentenceVectors()


@dataclass(frozen=True, slots=True)
class WordingContext:
    """What words are found with: the vectors of the needs by skill key and the embedder that made them, and the model
    that writes; templates and words alone do without. ``titles`` are those of the whole catalog. A model that
    ``is_away`` is not asked."""

    titles: Collection[str] | Names = ()
    wanted: Mapping[str, Vectors] = field(default_factory=dict)
    embedder: Embedder | None = None
    model: AccountedTextModel | None = None
    is_away: bool = False


@dataclass(frozen=True, slots=True)
class _Theme:
    """What is written about, with everything that it may cite and name, and the template's sentences."""

    topic: Topic
    template: tuple[Sentence, ...]
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Written:
    """The sentences of the model by topic, and the call; ``is_missing`` when the provider is why there are none."""

    sentences: Mapping[str, Sequence[Sentence]] = field(default_factory=dict)
    worded: GeneratedText | None = None
    is_missing: bool = False


def put_into_words(draft: Draft, means: WordingContext | None = None) -> Draft:
    """Return the draft with its summary and rationales."""
    means = means or WordingContext()
    themes = _themes(draft, means)
    found = _by_model(themes, means) if draft.items else _Written()
    written, worded = found.sentences, found.worded
    texts: dict[str, str] = {}
    by: dict[str, str] = {}
    dropped: list[dict[str, str]] = []
    for theme in themes:
        key = theme.topic.credential
        checked = _checked(written[key], theme, means) if key in written else None
        is_models = checked is not None and _is_enough(checked, theme)
        kept = checked if checked and is_models else _checked(theme.template, theme, means)
        texts[key], by[key] = kept.text, "model" if is_models else "template"
        left_out = (checked.dropped if checked else ()) + (() if is_models else kept.dropped)
        dropped += [{"about": theme.topic.title, "why": one.why} for one in left_out]
    items = tuple(replace(item, rationale=texts[str(item.credential_id)]) for item in draft.items)
    return replace(
        draft,
        items=items,
        summary=texts[SUMMARY],
        missing=(*draft.missing, MissingPart.SUMMARY.value) if found.is_missing else draft.missing,
        parameters={**draft.parameters, "words": _told(by, dropped, worded)},
        inputs={**draft.inputs, "words": _told(by, [], worded)},
    )


def _told(
    by: Mapping[str, str], dropped: list[dict[str, str]], worded: GeneratedText | None
) -> dict[str, Any]:
    """Who wrote what, by which call, and what did not stand."""
    return {
        "by": dict(by),
        "call": str(worded.call_id) if worded else None,
        "model": worded.model if worded else None,
        "prompt_version": prompting.VERSION if worded else None,
        "dropped": dropped,
    }


def _themes(draft: Draft, means: WordingContext) -> list[_Theme]:
    """The summary and every credential, in that order."""
    if draft.about is None:
        raise ValueError("the draft does not say what it is about")
    passages = _passages(draft)
    sources = {
        item.credential_id: [passages[one.artifact_id] for one in item.passages] for item in draft.items
    }
    quotes = _quotes(draft, sources, means)
    titles = [item.title for item in draft.items]
    first = next((quote.mark for item in draft.items[:1] for quote in quotes[item.credential_id]), "")
    own = (*draft.about.names, *(name for item in draft.items if item.facts for name in item.facts.names))
    about = (*run_grounds(draft.about, titles), *(one for one in passages.values() if one.is_verbatim))
    themes = [_Theme(Topic(SUMMARY, "the summary", about), tuple(summary(draft.about, titles, first)), own)]
    for item in draft.items:
        if item.facts is None:
            raise ValueError("an item does not say what is known of it")
        cited = (*grounds(item.facts), *(one for one in sources[item.credential_id] if one.is_verbatim))
        template = tuple(rationale(item.facts, quotes[item.credential_id]))
        topic = Topic(str(item.credential_id), item.title, cited)
        themes.append(_Theme(topic, template, (*item.facts.names, *draft.about.names[:1])))
    return themes


def _passages(draft: Draft) -> dict[uuid.UUID, Source]:
    """Every passage as a source, by the id of its vector."""
    numbered = draft.sources
    standing = queries.standing_verbatim(numbered)
    titles = {item.credential_id: item.title for item in draft.items}
    return {
        one.artifact_id: Source(
            str(number), one.snippet, (titles[one.credential_id], one.heading), one.artifact_id in standing
        )
        for number, one in enumerate(numbered, start=1)
    }


def _quotes(
    draft: Draft, sources: Mapping[uuid.UUID, Sequence[Source]], means: WordingContext
) -> dict[uuid.UUID, list[Quote]]:
    """One sentence for the need that each credential serves best, and one for the next."""
    near = _nearness(draft, means)
    found: dict[uuid.UUID, list[Quote]] = {}
    for item in draft.items:
        citable = [
            (passage.heading, source)
            for passage, source in zip(item.passages, sources[item.credential_id], strict=True)
            if source.is_verbatim
        ]
        found[item.credential_id] = _quotes_of(item, citable, near, means)
    return found


def _quotes_of(
    item: DraftItem,
    citable: Sequence[tuple[str, Source]],
    near: Mapping[str, Mapping[str, float]],
    means: WordingContext,
) -> list[Quote]:
    candidates = sayings([(heading, source.text) for heading, source in citable])
    by_mark = {source.mark: source for _, source in citable}
    names = item.facts.names if item.facts else ()

    def stands(one: Saying) -> bool:
        said = Sentence(f"Its document says: “{one.text}”", (citable[one.place][1].mark,))
        return not fault(said, by_mark, own=names, others=means.titles)

    quotes: list[Quote] = []
    for place, (need, _) in enumerate(item.facts.served[:2] if item.facts else ()):
        subject = item.facts.subject if item.facts and not place else need.skill_name
        used = [quote.text for quote in quotes]
        near_need = near.get(need.skill_key)
        chosen = best(candidates, subject, nearness=near_need, without=used, accept=stands)
        if chosen is not None:
            quotes.append(Quote(chosen.text, citable[chosen.place][1].mark, chosen.is_cut))
    return quotes


def _nearness(draft: Draft, means: WordingContext) -> dict[str, dict[str, float]]:
    """The cosine of every sentence to each need, by skill key."""
    if means.embedder is None:
        return {}
    texts = {one.text for item in draft.items for one in sayings([("", p.snippet) for p in item.passages])}
    found = _sentence_vectors.nearness(texts, list(means.wanted.values()), embedder=means.embedder)
    return dict(zip(means.wanted, found, strict=True))


def _by_model(themes: Sequence[_Theme], means: WordingContext) -> _Written:
    """What the model writes; nothing where it is not asked or its reply is of no use."""
    if means.model is None:
        return _Written()
    if means.is_away:
        return _Written(is_missing=True)
    topics = [theme.topic for theme in themes]
    asked = prompting.request(topics, secret=settings.RECORD_HASH_KEY)
    wording = GenerationRequest(
        version=prompting.VERSION,
        sha256=prompting.SHA256,
        system=prompting.SYSTEM,
        user=asked.user,
        schema_name=prompting.SCHEMA_NAME,
        schema=asked.schema,
        max_tokens=asked.max_tokens,
    )
    try:
        worded = means.model.recall(wording) or means.model.ask(wording)
        return _Written(prompting.read(worded.content, topics), worded)
    except (ProviderError, UnreadableWords) as error:
        # Words are worth no retry: templates say nearly the same. Once the provider is back, the run heals.
        log.warning("words_by_template", error=type(error).__name__, reason=str(error))
        return _Written(is_missing=isinstance(error, ProviderError) and error.means_unhealthy)


def _checked(sentences: Sequence[Sentence], theme: _Theme, means: WordingContext) -> Checked:
    sources = {source.mark: source for source in theme.topic.sources}
    return check(sentences, sources, own=theme.names, others=means.titles)


def _is_enough(checked: Checked, theme: _Theme) -> bool:
    has_passages = any(source.is_passage for source in theme.topic.sources)
    return len(checked.kept) >= LEAST_SENTENCES and (checked.passages > 0 or not has_passages)
