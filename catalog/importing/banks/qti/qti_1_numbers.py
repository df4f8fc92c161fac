"""Numbers that an item of QTI 1.2 takes, as ranges."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Final
from xml.etree.ElementTree import Element

from catalog.importing.banks.qti.elements import number
from catalog.importing.banks.qti.qti_1_key import ELSEWHERE, Condition
from catalog.importing.banks.qti.texts import NO_KEY, Texts, parts_of
from catalog.importing.banks.question import NumericTask, Range, UnsupportedQuestion

MAX_RANGES: Final = 200
_BOUNDS: Final = ("vargte", "vargt", "varlte", "varlt")
_Span = tuple[Decimal | None, Decimal | None]


def numeric_task(rules: Iterable[Condition], texts: Texts) -> NumericTask:
    """Return the ranges that are given points; raise NotTaken where one has no end or the rules are of another kind."""
    found: list[tuple[_Span, Decimal]] = []
    for rule in rules:
        if rule.gives and rule.points is not None:
            found += [(span, rule.points) for span in _together(rule.test)]
            if any(part.tag in ("vargt", "varlt") for part in rule.test.iter()):
                texts.note("an end of a range that did not count itself counts here")
    if len(found) > MAX_RANGES:
        raise UnsupportedQuestion("It takes too many different numbers.")
    if not found:
        raise UnsupportedQuestion(NO_KEY)
    shares = parts_of([points for _, points in found], max(points for _, points in found))
    ranges = [_range(span, share) for (span, _), share in zip(found, shares, strict=True)]
    widest = sorted(dict.fromkeys(ranges), key=lambda taken: taken.least - taken.most)
    return NumericTask(tuple(one for place, one in enumerate(widest) if not _is_within(one, widest[:place])))


def _range(span: _Span, share: Decimal) -> Range:
    least, most = span
    if least is None or most is None:
        raise UnsupportedQuestion("It takes every number above or below one, without an end.")
    return Range(least, most, share)


def _is_within(one: Range, others: Iterable[Range]) -> bool:
    return any(
        other.least <= one.least and one.most <= other.most and other.credit >= one.credit for other in others
    )


def _spans(test: Element) -> list[_Span]:
    if test.tag == "varequal" or test.tag in _BOUNDS:
        stated = number(test.text)
        if stated is None:
            raise UnsupportedQuestion("A right answer of it is no number.")
        return [
            (
                None if test.tag in ("varlte", "varlt") else stated,
                None if test.tag in ("vargte", "vargt") else stated,
            )
        ]
    if test.tag == "or":
        return _limited([span for part in test for span in _spans(part)])
    if test.tag == "and":
        return _common([_spans(part) for part in test])
    raise UnsupportedQuestion(ELSEWHERE)


def _together(test: Element) -> list[_Span]:
    """Return what a list of tests without a connective takes: bounds belong together, numbers stand beside them."""
    bounds = [_spans(part) for part in test if part.tag in _BOUNDS]
    beside = [span for part in test if part.tag not in _BOUNDS for span in _spans(part)]
    return _limited([*beside, *(_common(bounds) if bounds else [])])


def _common(groups: Sequence[list[_Span]]) -> list[_Span]:
    common: list[_Span] = [(None, None)]
    for group in groups:
        common = _limited(
            [both for one in common for other in group if (both := _overlap(one, other)) is not None]
        )
    return common


def _overlap(one: _Span, other: _Span) -> _Span | None:
    least = max((end for end in (one[0], other[0]) if end is not None), default=None)
    most = min((end for end in (one[1], other[1]) if end is not None), default=None)
    return None if least is not None and most is not None and least > most else (least, most)


def _limited(spans: list[_Span]) -> list[_Span]:
    if len(spans) > MAX_RANGES:
        raise UnsupportedQuestion("It takes too many different numbers.")
    return spans
