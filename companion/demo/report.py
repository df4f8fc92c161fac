"""The demo student's result, as a terminal shows it."""

import textwrap
from collections.abc import Iterator, Mapping
from typing import Any

WIDTH = 100
BAR = 24


def lines_of(result: Mapping[str, Any]) -> Iterator[str]:
    """Yield the summary, the profile, and every recommendation with its parts, rationale and traces."""
    yield ""
    yield "RESULT"
    yield from _wrapped(result["summary"], indent=2)
    if result["degraded"]:
        yield f"  Degraded: goes without {', '.join(result['missing'])}."
    yield ""
    yield "SKILLS (level of target)"
    yield from (_skill(skill) for skill in result["profile"])
    yield ""
    yield "RECOMMENDATIONS"
    traces = {trace["trace_id"]: trace for trace in result["traces"]}
    for item in result["recommendation_items"]:
        yield from _item(item, traces)


def _skill(skill: Mapping[str, Any]) -> str:
    target = float(skill["target"])
    name = f"  {skill['name'][:24]:<24}"
    if skill["level"] is None:
        return f"{name} {'not measured':<{BAR + 1}} of {target:.1f}"
    level = float(skill["level"])
    filled, aim = round(BAR * level / 5), round(BAR * target / 5)
    bar = "".join("|" if spot == aim else "#" if spot < filled else "." for spot in range(BAR + 1))
    return f"{name} {bar} {level:.1f} of {target:.1f}"


def _item(item: Mapping[str, Any], traces: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    parts = " ".join(f"{name} {float(value):+.3f}" for name, value in item["parts"].items())
    yield f"  {item['position']}. {item['title']}  ({item['provider']}, level {item['level']}, {item['hours']} h)"
    yield f"     confidence {float(item['confidence']):.3f} = {parts}"
    yield from _wrapped(item["rationale"], indent=5)
    for trace_id in item["source_trace_ids"]:
        trace = traces[trace_id]
        yield f"     [{trace['rank']}] similarity {float(trace['similarity']):.3f}  {trace['source_uri']}"
        yield from _wrapped(f"“{' '.join(trace['snippet'].split())}”", indent=7, most=3)
    yield ""


def _wrapped(text: str, *, indent: int, most: int | None = None) -> Iterator[str]:
    space = " " * indent
    yield from textwrap.wrap(
        text, WIDTH, initial_indent=space, subsequent_indent=space, max_lines=most, placeholder=" …"
    )
