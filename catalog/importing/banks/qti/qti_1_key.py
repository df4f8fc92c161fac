"""What the response processing of an item of QTI 1.2 says: which answers are given which points."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Final
from xml.etree.ElementTree import Element

from catalog.importing.banks.qti.elements import number
from catalog.importing.banks.question import WHOLE, UnsupportedQuestion

MAX_PARTS: Final = 2_000
ELSEWHERE: Final = "Its points are worked out in a way that is not known here."


@dataclass(frozen=True)
class Condition:
    """One rule: where ``test`` holds, ``points`` are added or, if it ``replaces`` them, set, and feedback is shown."""

    test: Element
    points: Decimal | None
    replaces: bool
    ends: bool
    shows: tuple[str, ...]

    @property
    def gives(self) -> bool:
        """Whether it gives points."""
        return self.points is not None and self.points > 0

    def named(self) -> list[tuple[str, str]]:
        """Return what it asks for outright: identifiers of what is asked, and the answers, in their order."""
        return [
            (part.get("respident", ""), _value(part))
            for part in _affirmed(self.test)
            if part.tag == "varequal"
        ]


def _affirmed(test: Element) -> Iterator[Element]:
    waiting = [test]
    while waiting:
        part = waiting.pop()
        if part.tag != "not":
            yield part
            waiting.extend(reversed(part))


def _value(part: Element) -> str:
    return (part.text or "").strip()


def conditions_of(item: Element) -> list[Condition]:
    """Return the rules of an item; raise NotTaken where they have more than ``MAX_PARTS`` parts."""
    processing = list(item.iter("resprocessing"))
    if sum(1 for part in processing for _ in part.iter()) > MAX_PARTS:
        raise UnsupportedQuestion("Its right answers are stated in too many rules.")
    most = _most(processing)
    return [_condition(rule, most) for part in processing for rule in part.iter("respcondition")]


def _most(processing: Iterable[Element]) -> Decimal:
    for declared in (found for part in processing for found in part.iter("decvar")):
        most = number(declared.get("maxvalue"))
        if most is not None and most > 0:
            return most
    return Decimal(100)


def _condition(rule: Element, most: Decimal) -> Condition:
    test = rule.find("conditionvar")
    shows = tuple(shown.get("linkrefid", "") for shown in rule.iter("displayfeedback"))
    settings = [setting for setting in rule.iter("setvar") if "score" in _variable(setting)]
    points: Decimal | None = None
    for setting in settings or list(rule.iter("setvar")):
        given = most if _value(setting).lower().endswith(".max") else number(_value(setting)) or Decimal(0)
        action = setting.get("action", "Set").lower()
        if action not in ("set", "add", "subtract"):
            raise UnsupportedQuestion(ELSEWHERE)
        points = -given if action == "subtract" else given
    if points is None and (rule.get("title", "").lower() == "correct" or "correct" in shows):
        points = WHOLE
    replaces = any(setting.get("action", "Set").lower() == "set" for setting in settings)
    return Condition(
        test=test if test is not None else Element("conditionvar"),
        points=points,
        replaces=replaces,
        ends=rule.get("continue", "").lower() == "no",
        shows=shows,
    )


def _variable(setting: Element) -> str:
    return (setting.get("varname") or setting.get("variablename") or "score").lower()


def points_of(rules: Iterable[Condition], labels: Collection[str]) -> list[Decimal]:
    """Return the points of choosing each label alone; raise NotTaken on a rule that is not about choices."""
    points = dict.fromkeys(labels, Decimal(0))
    every = frozenset(labels)
    met: frozenset[str] = frozenset()
    over: frozenset[str] = frozenset()
    for rule in rules:
        holding = _holding(rule.test, every, met) - over
        met |= holding
        if rule.points is not None:
            for label in holding:
                points[label] = rule.points if rule.replaces else points[label] + rule.points
        if rule.ends:
            over |= holding
    return [points[label] for label in labels]


def _holding(test: Element, every: frozenset[str], met: frozenset[str]) -> frozenset[str]:
    """Return for which of ``every`` label a test holds; ``met`` are those for which one before it did."""
    if test.tag == "varequal":
        return every & {_value(test)}
    if test.tag == "other":
        return every - met
    if test.tag == "unanswered":
        return frozenset()
    if test.tag == "or":
        return frozenset().union(*(_holding(part, every, met) for part in test))
    if test.tag in ("and", "conditionvar", "not"):
        common = every.intersection(*(_holding(part, every, met) for part in test))
        return every - common if test.tag == "not" else common
    raise UnsupportedQuestion(ELSEWHERE)
