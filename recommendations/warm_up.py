"""Working out lists that nobody asked for, so that the first who does waits no longer than the next."""

import uuid
from collections.abc import Iterator
from typing import Final

from django.conf import settings

from assessments.queries import Subject
from catalog import queries as catalog
from microcred.ai import providers
from microcred.ai.minilm import PROVIDER as LOCAL_PROVIDER
from recommendations import drafting, wording
from recommendations.names import Names
from recommendations.wording import WordingContext

#: Beyond so many roles the first of a role waits as before.
MOST_ROLES: Final = 12
#: Of whom nothing is stored.
NOBODY: Final = uuid.UUID(int=0)
#: Far enough below what roles ask for that whatever closes a gap is looked at.
LEVEL: Final = 1.0


def warm_up() -> Iterator[None]:
    """Work out a list for a made-up student of a role with each step, and store none of it: what is left is what a
    process holds of the catalog, the passages, past learners and the roles' skills.

    Nothing is sent to anybody: without an embedder of this machine nothing is searched.
    """
    for role in catalog.active_roles()[:MOST_ROLES]:
        _work_out(Subject(NOBODY, NOBODY, role.pk, role.name))
        yield


def _work_out(subject: Subject) -> None:
    levels = {need.skill_key: LEVEL for need in catalog.role_needs(subject.role_id)}
    basis = drafting.prepare(subject, levels=levels)
    embedder = providers.embedder() if settings.EMBEDDING_PROVIDER == LOCAL_PROVIDER else None
    findings = drafting.search(basis, embedder) if embedder else None
    draft = drafting.conclude(basis, findings, rag_latency_ms=0)
    means = WordingContext(titles=Names.of(basis.known.offers.titles))
    if findings is not None and findings.vectors is not None:
        near = zip(findings.asked, findings.vectors, strict=True)
        wanted = {query.skill_key: vector for query, vector in near}
        means = WordingContext(titles=means.titles, wanted=wanted, embedder=embedder)
    wording.put_into_words(draft, means)
