"""The passages that answers to questions cite, and where they stand now."""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from catalog import queries as catalog

Documents = Mapping[tuple[str, str], Any]


@dataclass(frozen=True, slots=True)
class CitedPassage:
    """A passage that an answer cites; ``document_id`` is None where it does not stand in its
    document any more."""

    mark: str
    title: str
    heading: str
    snippet: str
    document_id: uuid.UUID | None
    start: int
    end: int


def documents_cited(citations: Iterable[Mapping[str, Any]]) -> Documents:
    """Return the documents of the credentials that are cited, retired or not, by credential and address."""
    cited = {uuid.UUID(citation["credential_id"]) for citation in citations}
    return {(str(one.credential_id), one.uri): one for one in catalog.documents_of(cited)}


def cited_passage(citation: Mapping[str, Any], documents: Documents) -> CitedPassage:
    """Return a passage, with its document where it still stands there word for word."""
    document = documents.get((citation["credential_id"], citation["source_uri"]))
    there = document.text[citation["start"] : citation["end"]] if document else ""
    return CitedPassage(
        mark=citation["mark"],
        title=citation["title"],
        heading=citation["heading"],
        snippet=citation["snippet"],
        document_id=document.pk if document and there == citation["snippet"] else None,
        start=citation["start"],
        end=citation["end"],
    )
