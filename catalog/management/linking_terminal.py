"""Links of skills in the terminal: suggestions, and those of them that are named."""

from collections.abc import Sequence

import structlog
from django.core.management.base import CommandError, OutputWrapper

from catalog.importing.frameworks.framework import Framework
from catalog.importing.frameworks.linked import lacking, link, links
from catalog.importing.frameworks.linking import Links, UnlinkedSkill, text_of
from catalog.models import Skill
from microcred.ai import providers
from microcred.ai.base import EmbedderError, ProviderError, Vectors

log = structlog.get_logger(__name__)


def show_links(framework: Framework, out: OutputWrapper) -> None:
    """Write what each skill that lacks an id may be, by words and by meaning."""
    source = framework.source
    known, wanted = links(framework.concepts(), source), lacking(source)
    out.write(
        f"{len(wanted)} skills lack an id in {source.name}, which has {len(known.concepts):,} of its own."
    )
    meanings = _meanings(known, wanted)
    if wanted and meanings is None:
        out.write("Compared by words alone: the model for meanings cannot be had here.")
    for place, one in enumerate(wanted):
        out.write(f"{one.key}  {one.name}")
        found = known.suggest(one, meaning=None if meanings is None else meanings[place].tolist())
        for suggestion in found:
            concept = suggestion.concept
            out.write(f"  {suggestion.score:.2f}  {concept.id}  {concept.name} ({suggestion.why})")
        if not found:
            out.write("  nothing comes near")


def accept_links(framework: Framework, pairs: Sequence[str], out: OutputWrapper, *, dry_run: bool) -> None:
    """Give the skills that are named the ids that are named, all of them or none.

    Raises:
        CommandError: naming what is not there.
    """
    source = framework.source
    known = {one.id for one in framework.concepts()}
    chosen: dict[str, str] = {}
    for pair in pairs:
        key, _, outside = pair.partition("=")
        skill = Skill.objects.filter(key=key).first()
        if skill is None:
            raise CommandError(f"There is no skill {key!r}. Give KEY=ID.")
        if outside not in known:
            raise CommandError(f"{source.name} has no skill {outside!r}.")
        held = getattr(skill, source.field)
        if held not in ("", outside):
            raise CommandError(f"The skill {key} is {held} in {source.name} already.")
        chosen[key] = outside
    linked = 0 if dry_run else link(chosen, source, by=None)
    out.write(f"{linked} linked{' (dry run)' if dry_run else ''}.")


def _meanings(known: Links, wanted: Sequence[UnlinkedSkill]) -> Vectors | None:
    """Return the cosine of every concept to each skill, a row for each; nothing where the embedder is away."""
    if not wanted or not known.concepts:
        return None
    try:
        embedder = providers.local_embedder()
        theirs = embedder.embed([text_of(one.name, one.description) for one in known.concepts])
        ours = embedder.embed([text_of(one.name, one.description) for one in wanted])
    except (EmbedderError, ProviderError) as error:
        log.warning("skills_not_embedded", error=type(error).__name__)
        return None
    nearness: Vectors = ours @ theirs.T
    return nearness
