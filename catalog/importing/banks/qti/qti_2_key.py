"""What an item of QTI 2 or 3 declares as right, and whether its response processing says the same."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Final
from xml.etree.ElementTree import Element

from catalog.importing.banks.qti.elements import number, text_of
from catalog.importing.banks.qti.texts import NO_KEY, Texts
from catalog.importing.banks.question import UnsupportedQuestion

OWN_WAY: Final = "Its points are worked out in a way of its own."
_BRANCHES: Final = ("responseIf", "responseElseIf", "responseElse")
_BY_KEY: Final = ("match_correct", "match_correct_single", "cc2_match", "cc2_match_basic")
_BY_MAP: Final = ("map_response", "cc2_map_response", "map_response_single")


@dataclass(frozen=True)
class Mapped:
    """The points of one answer."""

    answer: str
    points: Decimal
    is_case_sensitive: bool


@dataclass(frozen=True)
class Mapping:
    """The points of single answers; ``otherwise`` are those of all others."""

    entries: tuple[Mapped, ...]
    otherwise: Decimal
    most: Decimal | None

    def points(self, answer: str) -> Decimal:
        """Return the points of an answer."""
        return next((entry.points for entry in self.entries if entry.answer == answer), self.otherwise)


@dataclass(frozen=True)
class Key:
    """What is declared for one response; ``mapping`` is None where the response is right or wrong as a whole."""

    cardinality: str
    base_type: str
    correct: tuple[str, ...]
    mapping: Mapping | None
    compared: Element | None

    @property
    def is_single(self) -> bool:
        """Whether the response is one value."""
        return self.cardinality == "single"


def key_of(item: Element, ident: str, texts: Texts) -> Key:
    """Return the key of the response ``ident``; raise NotTaken where none is given or another way of scoring counts."""
    declared = next(
        (found for found in item.findall("responseDeclaration") if found.get("identifier") == ident), None
    )
    if declared is None:
        raise UnsupportedQuestion(NO_KEY)
    correct = tuple(text_of(value) for value in declared.findall("correctResponse/value"))
    mapping = _mapping(declared.find("mapping"))
    processing = item.find("responseProcessing")
    way = _Ways(ident, processing).way(texts) if processing is not None else ("key" if correct else "map")
    if way == "map" and mapping is None:
        way = "key"
    if (way == "key" and not correct) or (way == "map" and mapping is None):
        raise UnsupportedQuestion(NO_KEY)
    return Key(
        cardinality=declared.get("cardinality", "single"),
        base_type=declared.get("baseType", "identifier"),
        correct=correct,
        mapping=mapping if way == "map" else None,
        compared=next(iter(processing.iter("equal")), None) if processing is not None else None,
    )


def _mapping(element: Element | None) -> Mapping | None:
    if element is None:
        return None
    entries = tuple(
        Mapped(
            answer=(entry.get("mapKey") or "").strip(),
            points=number(entry.get("mappedValue")) or Decimal(0),
            is_case_sensitive=entry.get("caseSensitive", "true").lower() != "false",
        )
        for entry in element.findall("mapEntry")
    )
    return Mapping(
        entries, number(element.get("defaultValue")) or Decimal(0), number(element.get("upperBound"))
    )


class _Ways:
    """Reads which comparisons of a response the points of an item hang on."""

    def __init__(self, ident: str, processing: Element) -> None:
        self._ident = ident
        self._processing = processing

    def way(self, texts: Texts) -> str:
        """Return ``key`` or ``map``; raise NotTaken where points are worked out otherwise."""
        template = self._processing.get("template") or ""
        if template:
            return self._by_template(template)
        ways = {way for tests, value in self._points() if (way := self._way(tests, value))}
        if "own" in ways and "key" in ways:
            texts.note("points for answers that are partly right are left out")
            return "key"
        if "own" in ways or {"key", "map"} <= ways:
            raise UnsupportedQuestion(OWN_WAY)
        return ways.pop() if ways else "key"

    def _by_template(self, template: str) -> str:
        name = template.rstrip("/").rpartition("/")[2].lower().removesuffix(".xml")
        if name in _BY_KEY:
            return "key"
        if name in _BY_MAP:
            return "map"
        raise UnsupportedQuestion(OWN_WAY)

    def _points(self) -> Iterator[tuple[list[Element], Element]]:
        """Yield what sets the score, each with the tests that it depends on."""
        waiting: list[tuple[Element, list[Element]]] = [(self._processing, [])]
        while waiting:
            element, tests = waiting.pop()
            for part in element:
                if part.tag == "setOutcomeValue" and part.get("identifier") == "SCORE":
                    yield tests, part
                elif part.tag == "responseCondition":
                    waiting += [(branch, self._tests(branch, tests)) for branch in part]
                elif part.tag in ("responseProcessingFragment", "lookupOutcomeValue", "exitResponse"):
                    raise UnsupportedQuestion(OWN_WAY)

    def _tests(self, branch: Element, tests: list[Element]) -> list[Element]:
        is_tested = branch.tag in _BRANCHES[:2] and len(branch) > 0
        return [*tests, branch[0]] if is_tested else tests

    def _way(self, tests: list[Element], setting: Element) -> str:
        """Return how the points of one setting come about; empty where it gives none."""
        given = [found for found in setting.iter() if found is not setting]
        if any(found.tag == "mapResponse" for found in given):
            return "map" if all(self._is_neutral(test) for test in tests) else "own"
        amounts = [number(found.text) for found in given if found.tag == "baseValue"]
        if not any(found.tag in ("variable", "correct") for found in given) and not any(amounts):
            return ""
        if given and all(found.tag == "variable" and found.get("identifier") == "SCORE" for found in given):
            return ""
        telling = [test for test in tests if not self._is_neutral(test)]
        return "key" if telling and all(self._is_by_key(test) for test in telling) else "own"

    def _is_neutral(self, test: Element) -> bool:
        """Whether a test only asks if there is an answer."""
        if test.tag in ("not", "and"):
            return all(self._is_neutral(part) for part in test)
        return test.tag == "isNull"

    def _is_by_key(self, test: Element) -> bool:
        if test.tag == "and":
            telling = [part for part in test if not self._is_neutral(part)]
            return len(telling) == 1 and self._is_by_key(telling[0])
        if test.tag not in ("match", "equal", "stringMatch"):
            return False
        return sorted((part.tag, part.get("identifier", "")) for part in test) == [
            ("correct", self._ident),
            ("variable", self._ident),
        ]
