"""Cutting a text into pieces that are marked or not, so that a template can escape each piece by itself."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import pairwise


@dataclass(frozen=True, slots=True)
class Span:
    """A passage to mark: characters ``start`` to ``end`` of a text, and the label that it is marked with.
    One that is ``suspected`` is no evidence, but what a reader should be wary of."""

    start: int
    end: int
    label: str = ""
    suspected: bool = False


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of a text. ``labels`` are those of the spans that cover it, ``ending`` of those that end with it.
    ``marked`` is within evidence, ``suspected`` within something else."""

    text: str
    labels: tuple[str, ...] = ()
    ending: tuple[str, ...] = ()
    marked: bool = False
    suspected: bool = False


def segments(text: str, spans: Iterable[Span]) -> list[Segment]:
    """Cut ``text`` at every edge of ``spans``; the pieces joined are the text again.

    Spans may overlap and are cut to the text; those that are empty then are left out.
    """
    inside = [_clamped(span, len(text)) for span in spans]
    kept = [span for span in inside if span.start < span.end]
    edges = sorted({0, len(text), *(span.start for span in kept), *(span.end for span in kept)})
    return [_segment(text, kept, start, end) for start, end in pairwise(edges)]


def _clamped(span: Span, length: int) -> Span:
    return replace(span, start=max(0, span.start), end=min(length, span.end))


def _segment(text: str, spans: list[Span], start: int, end: int) -> Segment:
    covering = [span for span in spans if span.start <= start and span.end >= end]
    return Segment(
        text=text[start:end],
        labels=_labels(covering),
        ending=_labels(span for span in covering if span.end == end),
        marked=any(not span.suspected for span in covering),
        suspected=any(span.suspected for span in covering),
    )


def _labels(spans: Iterable[Span]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(span.label for span in spans if span.label))
