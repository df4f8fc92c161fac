"""What the sentences about a list rest on, and where a student's page shows it."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from companion.cited import Source, moved, sources_of
from companion.student.levels import place_of

ABOUT: Final = "#about-list"
MISSING: Final = "#missing"
NAMES: Final = {
    "profile": "your levels",
    "catalog": "what is known of the credential",
    "neighbours": "learners with levels like yours",
    "run": "what the list was made without",
}


def place_at(position: int) -> str:
    """Return where on the page a credential stands."""
    return f"credential-{position}"


def sources_on(body: Mapping[str, Any], *, skills: str) -> dict[str, Source]:
    """Return what the summary of a result or a run may cite; ``skills`` is where the levels stand.

    A level is found by its skill where the page has the ``profile``.
    """
    items = body["recommendation_items"]
    shown = {key for one in items for key in one["source_trace_ids"]}
    places = {
        "profile": skills,
        "catalog": f"#{place_at(items[0]['position'])}" if items else ABOUT,
        "neighbours": ABOUT,
        "run": MISSING if body["missing"] else ABOUT,
    }
    sources = sources_of(
        [body["summary"], *(one["rationale"] for one in items)],
        [one["rank"] for one in body["traces"] if one["trace_id"] in shown],
        {mark: (place, NAMES[mark]) for mark, place in places.items()},
    )
    if "profile" in sources:
        levels = {one["name"]: f"#{place_of(one['skill'])}" for one in body.get("profile", ())}
        sources["profile"] = replace(sources["profile"], closer=levels)
    return sources


def sources_in(sources: Mapping[str, Source], one: Mapping[str, Any]) -> dict[str, Source]:
    """Return what the rationale of one credential may cite: what is known of it stands beside it."""
    place = f"#{place_at(one['position'])}"
    parts = {"neighbours": f"{place}-parts"} if one["parts"] else {}
    return moved(sources, {"catalog": place, **parts})
