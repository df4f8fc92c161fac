"""Credentials and learning opportunities in CTDL, and courses and credentials in schema.org, as JSON-LD.

Sources: CTDL, https://credreg.net/ctdl/terms; schema.org, https://schema.org/Course and
https://schema.org/EducationalOccupationalCredential.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any, Final

from catalog.importing.credentials import values
from catalog.importing.credentials.graph import Graph, Node, is_text, loaded, local
from catalog.importing.credentials.listed import (
    MOST_ENTRIES,
    CredentialFile,
    FileInvalid,
    InvalidValue,
    LeftOut,
    Listed,
    NamedSkill,
)
from catalog.importing.credentials.texts import one_line

_CREDENTIAL: Final = re.compile(
    r".*(?:Credential|Certificate|Certification|Degree|Diploma|Badge|License|Doctorate|LearningOpportunity\w*)"
    r"|Certificate\w+|LearningProgram|Course|EducationalOccupationalProgram|GeneralEducationDevelopment"
)
_OF_ORGANISATIONS: Final = "QualityAssuranceCredential"
# What a graph holds beside credentials, and says something of them.
_BESIDE: Final = re.compile(
    r".*(?:Organization|Competency|CompetencyFramework|Concept\w*|Manifest|Person|Place|University)"
)
_CTID: Final = re.compile(r"ce-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_NOT_OFFERED: Final = frozenset({"ceased", "deprecated", "superseded", "revoked", "discontinued", "inactive"})
_CONDITIONS: Final = ("requires", "prerequisite", "entryCondition", "coursePrerequisites")
_SKILLS: Final = ("teaches", "assesses", "competencyRequired", "targetCompetency")
_SUBJECTS: Final = ("subject", "keyword", "about", "keywords")
_SKILL_NAMES: Final = ("targetNodeName", "targetName", "competencyLabel", "competencyText", "name")
_SKILL_IDS: Final = ("targetNode", "targetUrl", "codedNotation", "sameAs", "exactAlignment")
_MOST_SKILLS: Final = 100


def read_linked(text: str, *, language: str) -> CredentialFile:
    """Read a resource, a list or a graph. Raises FileInvalid."""
    graph = Graph(loaded(text), language)
    entries = tuple(_entries(graph))
    if not any(isinstance(one, Listed) for one in entries) and not any(
        _is_credential(graph, node) for node in graph.nodes
    ):
        kinds = ", ".join(dict.fromkeys(kind for node in graph.nodes[:50] for kind in graph.types(node)))
        raise FileInvalid(
            f"There is no credential and no learning opportunity in the file. It holds: {kinds[:200] or 'no JSON-LD'}."
        )
    return CredentialFile(_form(text), entries)


def _form(text: str) -> str:
    return "CTDL" if "ceterms" in text or "credreg.net" in text or "purl.org/ctdl" in text else "schema.org"


def _is_credential(graph: Graph, node: Node) -> bool:
    """Whether a node is a credential; those without an id of their own are only told of by others of the graph."""
    return not str(node.get("@id", "")).startswith("_:") and any(
        _CREDENTIAL.fullmatch(kind) for kind in graph.types(node)
    )


def _entries(graph: Graph) -> Iterator[Listed | LeftOut]:
    found = [node for node in graph.nodes if _is_credential(graph, node)]
    if len(found) > MOST_ENTRIES:
        raise FileInvalid(f"The file has more than {MOST_ENTRIES:,} credentials.")
    pages = Counter(_page(graph, node) for node in found)
    for at, node in enumerate(graph.nodes, start=1):
        kinds = graph.types(node)
        place = str(node.get("@id") or graph.text(node, "ctid") or f"entry {at}")[:200]
        if _is_credential(graph, node):
            yield _entry(graph, node, place, is_shared=pages[_page(graph, node)] > 1)
        elif not place.startswith("_:") and not any(_BESIDE.fullmatch(kind) for kind in kinds):
            kind = ", ".join(kinds)[:60] or "nothing that is named"
            yield LeftOut(place, one_line(graph.text(node, "name"))[:120], f"it is {kind}, no credential")


def _entry(graph: Graph, node: Node, place: str, *, is_shared: bool) -> Listed | LeftOut:
    name = one_line(graph.text(node, "name"))[:120]
    page = _page(graph, node)
    key = _key(graph, node)
    uri = _own_address(node) or page if is_shared or not page else page
    if _OF_ORGANISATIONS in graph.types(node):
        return LeftOut(place, name, "it is a credential of organisations, not of people")
    try:
        return _listed(graph, node, place, key, uri)
    except InvalidValue as wrong:
        return LeftOut(place, name, str(wrong), key=key, uri=uri)


def _listed(graph: Graph, node: Node, place: str, key: str, uri: str) -> Listed:
    notes: list[str] = []
    said = {
        "title": one_line(graph.text(node, "name")),
        "description": graph.text(node, "description"),
        "provider": _provider(graph, node),
        "uri": values.address(uri) if uri else "",
        "level": _level(graph, node, notes.append),
        "hours": _hours(graph, node, notes.append),
        "language": _language(graph, node, notes.append),
        "active": None if _is_offered(graph, node) else False,
    }
    if uri and uri != _page(graph, node) and _page(graph, node):
        notes.append("its web page is that of several in the file, so its own address is taken")
    return Listed(
        place=place,
        key=key,
        ids=tuple(filter(None, (str(node.get("@id", "")), _ctid(graph, node)))),
        said={name: value for name, value in said.items() if value not in (None, "")},
        skills=tuple(_skills(graph, node)),
        prerequisites=tuple(_prerequisites(graph, node)),
        notes=tuple(notes),
    )


def _ctid(graph: Graph, node: Node) -> str:
    found = _CTID.search(graph.text(node, "ctid") or str(node.get("@id", "")))
    return found[0].lower() if found else ""


def _key(graph: Graph, node: Node) -> str:
    return _ctid(graph, node) or one_line(graph.text(node, "courseCode"))


def _page(graph: Graph, node: Node) -> str:
    return one_line(graph.text(node, "subjectWebpage", "url"))


def _own_address(node: Node) -> str:
    own = str(node.get("@id", ""))
    return own if own.startswith(("http://", "https://")) else ""


def _provider(graph: Graph, node: Node) -> str:
    for one in graph.nodes_of(node, "offeredBy", "ownedBy", "provider", "recognizedBy", "publisher"):
        if name := one_line(graph.text(one, "name", "legalName")):
            return name
    return ""


def _level(graph: Graph, node: Node, note: Callable[[str], None]) -> int | None:
    """Return the lowest level that the file says it is for; school years and degrees are none of ours."""
    said = [*graph.values(node, "audienceLevelType"), *graph.values(node, "educationalLevel")]
    names = [name for one in said for name in _names_of(graph, one)]
    words = [re.sub(r"\s*Level$", "", local(name), flags=re.IGNORECASE).strip().casefold() for name in names]
    found = [values.LEVELS[word] for word in words if word in values.LEVELS]
    found += [int(word) for word in words if word in ("1", "2", "3", "4", "5")]
    if names and not found:
        note(f"“{', '.join(dict.fromkeys(map(local, names)))[:120]}” says no level from 1 to 5")
    return min(found) if found else None


def _names_of(graph: Graph, value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    if not isinstance(value, dict):
        return []
    found = [graph.text(value, name) for name in ("targetNode", "targetNodeName", "name")]
    return [one for one in found if one] or list(filter(None, [graph.said([value])]))


def _hours(graph: Graph, node: Node, note: Callable[[str], None]) -> int | None:
    """Return how many hours it takes: exactly, else at most, else at least. Raises Wrong."""
    profiles = graph.values(node, "estimatedDuration", "timeRequired", "educationalCredentialDuration")
    for profile in profiles:
        for duration in _durations(graph, profile, note):
            found, said = values.hours(duration)
            if said:
                note(said)
            if found:
                return found
    return None


def _durations(graph: Graph, profile: Any, note: Callable[[str], None]) -> Iterator[str]:
    if isinstance(profile, str):
        yield profile
        return
    if not isinstance(profile, dict):
        return
    for kind in ("TimeRequired", "Duration"):
        exact, least, most = (graph.text(profile, f"{one}{kind}") for one in ("exact", "minimum", "maximum"))
        if least and most and not exact:
            note(f"between “{least}” and “{most}”: the longer one is taken")
        yield from filter(
            None, (exact, most, least)[:1] if exact else (most, least)[:1] if most else (least,)
        )
    yield from filter(None, (graph.text(profile, "timeRequired"),))


def _language(graph: Graph, node: Node, note: Callable[[str], None]) -> str | None:
    said = [one for one in graph.values(node, "inLanguage") if isinstance(one, str)]
    for one in said:
        try:
            return values.language(one)
        except InvalidValue as wrong:
            note(str(wrong))
    return None


def _is_offered(graph: Graph, node: Node) -> bool:
    said = [*graph.values(node, "lifeCycleStatusType"), *graph.values(node, "credentialStatusType")]
    return not any(local(name).casefold() in _NOT_OFFERED for one in said for name in _names_of(graph, one))


def _skills(graph: Graph, node: Node) -> Iterator[NamedSkill]:
    """Yield what is taught, assessed or asked for, then what it is about, each once."""
    holders = [node, *graph.nodes_of(node, "requires")]
    found: dict[str, NamedSkill] = {}
    for name in (*_SKILLS, *_SUBJECTS):
        for holder in holders:
            for value in graph.values(holder, name):
                for skill in _named(graph, value, parted=name == "keywords"):
                    found.setdefault(skill.name.casefold(), skill)
    yield from list(found.values())[:_MOST_SKILLS]


def _named(graph: Graph, value: Any, *, parted: bool) -> Iterator[NamedSkill]:
    is_address = isinstance(value, str) and value.startswith(("http://", "https://"))
    node = graph.looked_up(value) if is_address or isinstance(value, dict) else None
    if node is None or is_text(value):
        for text in graph.texts([value]):
            yield from (NamedSkill(one_line(part)[:200]) for part in (text.split(",") if parted else [text]))
        return
    target = graph.looked_up(graph.text(node, "targetNode") or "") or {}
    name = graph.text(node, *_SKILL_NAMES) or graph.text(target, *_SKILL_NAMES)
    ids = [*(graph.text(node, one) for one in _SKILL_IDS), str(node.get("@id", ""))]
    known = tuple(filter(None, ids))
    if name or known:
        yield NamedSkill(one_line(name)[:200] or known[0], ids=known)


def _prerequisites(graph: Graph, node: Node) -> Iterator[str]:
    """Yield what the file calls those that must be held before."""
    for name in _CONDITIONS:
        for value in graph.values(node, name):
            if isinstance(value, str):
                yield value
                continue
            condition = graph.looked_up(value)
            if condition is None:
                continue
            if _is_credential(graph, condition) or set(condition) == {"@id"}:
                yield str(condition.get("@id") or graph.text(condition, "name"))
            for target in graph.nodes_of(condition, "targetCredential", "targetLearningOpportunity"):
                yield str(target.get("@id") or graph.text(target, "name"))
