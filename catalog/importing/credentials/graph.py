"""JSON-LD as far as lists of credentials need it: nodes, their properties by local names, texts in several languages.

Names of properties and types are read without the vocabulary before them, so that ``ceterms:name``, ``schema:name``,
``https://schema.org/name`` and ``name`` are one.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from catalog.importing.credentials.listed import FileInvalid

Node = Mapping[str, Any]
MOST_DEPTH: Final = 60
MOST_NODES: Final = 200_000
_AFTER_VOCABULARY: Final = re.compile(r"[^/#:]*$")
_LANGUAGE: Final = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8})*|@none|und")


def loaded(text: str) -> Any:
    """Return what JSON says. Raises FileInvalid where it is none, or is nested more deeply than any list."""
    try:
        value = json.loads(text)
    except RecursionError:
        raise FileInvalid("The file is nested too deeply.") from None
    except ValueError as error:
        place = f" (line {error.lineno})" if isinstance(error, json.JSONDecodeError) else ""
        raise FileInvalid(f"The file begins like JSON and is none{place}.") from None
    _check(value)
    return value


def _check(value: Any) -> None:
    level, seen = [value], 0
    for _ in range(MOST_DEPTH):
        level = [inner for one in level for inner in _parts(one)]
        seen += len(level)
        if seen > 10 * MOST_NODES:
            raise FileInvalid("The file holds too much to be a list of credentials.")
        if not level:
            return
    raise FileInvalid("The file is nested too deeply.")


def _parts(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [one for one in value.values() if isinstance(one, dict | list)]
    return [one for one in value if isinstance(one, dict | list)] if isinstance(value, list) else []


def local(name: str) -> str:
    """Return a name of JSON-LD without its vocabulary."""
    found = _AFTER_VOCABULARY.search(name)
    return found[0] if found else name


def every(value: Any) -> list[Any]:
    """Return a value, or the values of a list, as a list; nothing of null."""
    if isinstance(value, dict) and set(value) <= {"@list", "@set"} and value:
        value = next(iter(value.values()))
    return (
        [one for one in value if one is not None]
        if isinstance(value, list)
        else []
        if value is None
        else [value]
    )


class Graph:
    """The nodes of a file; ``language`` is the one that is read where a text has several."""

    def __init__(self, value: Any, language: str) -> None:
        self._language = language.casefold()
        self.nodes = [node for one in every(value) for node in _top(one)]
        self._by_id: dict[str, Node] = {}
        for node in _all(self.nodes):
            if isinstance(node.get("@id"), str) and len(node) > 1:
                self._by_id.setdefault(node["@id"], node)

    def types(self, node: Node) -> list[str]:
        """Return what a node is, without vocabularies."""
        return [local(one) for one in every(node.get("@type", node.get("type"))) if isinstance(one, str)]

    def values(self, node: Node, *names: str) -> list[Any]:
        """Return the values of the first of some properties that a node has, by local names."""
        for name in names:
            found = [one for called, value in node.items() if local(called) == name for one in every(value)]
            if found:
                return found
        return []

    def nodes_of(self, node: Node, *names: str) -> list[Node]:
        """Return those of the values that are nodes, those that are only named looked up in the file."""
        found = (self.looked_up(one) for name in names for one in self.values(node, name))
        return [one for one in found if one is not None]

    def looked_up(self, value: Any) -> Node | None:
        """Return the node that a value is or names; one that the file only names has nothing but its id."""
        if isinstance(value, str):
            return self._by_id.get(value, {"@id": value})
        if not isinstance(value, dict):
            return None
        whole = self._by_id.get(str(value.get("@id", "")))
        return whole if whole is not None and len(value) == 1 else value

    def text(self, node: Node, *names: str) -> str:
        """Return the text of the first of some properties that has one; empty where none has."""
        for name in names:
            if found := self.said(self.values(node, name)):
                return found
        return ""

    def said(self, values: list[Any]) -> str:
        """Return the first of `texts`; empty where there is none."""
        return next(iter(self.texts(values)), "")

    def texts(self, values: list[Any]) -> list[str]:
        """Return the texts that values say in the language that is read, else in English, else in their first."""
        spoken = [one for value in values for one in _spoken(value)]
        for wanted in (self._language, self._language.partition("-")[0], "en"):
            found = [text for language, text in spoken if wanted in (language, language.partition("-")[0])]
            if found:
                return found
        return [text for language, text in spoken if language == spoken[0][0]]


def _top(value: Any) -> Iterator[Node]:
    """Yield the nodes that stand by themselves: of a graph, of the envelopes of a registry, or the value itself."""
    if not isinstance(value, dict):
        return
    for holder in ("@graph", "decoded_resource", "itemListElement", "item"):
        if holder in value and (holder.startswith(("@", "d")) or not _says_more(value)):
            for one in every(value[holder]):
                yield from _top(one)
            return
    yield value


def _says_more(value: Node) -> bool:
    """Whether a node is something by itself, and no list or place in one."""
    kinds = [local(one) for one in every(value.get("@type")) if isinstance(one, str)]
    return any(kind not in ("ItemList", "ListItem", "DataFeed", "DataFeedItem") for kind in kinds)


def _all(nodes: list[Node]) -> Iterator[Node]:
    waiting: list[Any] = list(nodes)
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            yield one
        waiting.extend(_parts(one))


def is_text(value: Any) -> bool:
    """Whether a value is a text by itself, one with its language, or one in several."""
    if isinstance(value, dict):
        return "@value" in value or (bool(value) and all(map(_LANGUAGE.fullmatch, value)))
    return isinstance(value, str)


def _spoken(value: Any) -> Iterator[tuple[str, str]]:
    """Yield each text of a value with its language; the values of a language map may be lists."""
    if not is_text(value):
        return
    if isinstance(value, str):
        said = [("", value)]
    elif "@value" in value:
        said = [(str(value.get("@language", "")), value["@value"])]
    else:
        said = [(language, text) for language, texts in value.items() for text in every(texts)]
    yield from (
        (language.casefold(), text) for language, text in said if isinstance(text, str) and text.strip()
    )
