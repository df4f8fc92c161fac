"""Formulas in MathML, written in one line as a calculator would take them."""

from typing import Final
from xml.etree.ElementTree import Element

_SIGNS: Final = frozenset({"mi", "mo", "mn", "mtext", "ms"})
_ROWS: Final = frozenset({"math", "mrow", "mstyle", "mpadded", "semantics"})
_UNSEEN: Final = frozenset({"annotation", "annotation-xml", "mspace", "mphantom"})


def in_one_line(formula: Element) -> str | None:
    """Return a formula with ``/``, ``^``, ``_`` and ``√`` for what stands above or below the line.

    None where it has something else than rows, fractions, roots, powers, indices and brackets.
    """
    try:
        return _line(formula)
    except _TwoDimensional:
        return None


class _TwoDimensional(Exception):
    pass


def _line(part: Element) -> str:
    if part.tag in _SIGNS:
        return "" if len(part) else _sign(part)
    if part.tag in _UNSEEN:
        return ""
    if part.tag in _ROWS:
        return "".join(_line(inner) for inner in part)
    if part.tag == "mfenced":
        within = ", ".join(_line(inner) for inner in part)
        return f"{part.get('open', '(')}{within}{part.get('close', ')')}"
    if part.tag == "msqrt":
        return f"√({''.join(_line(inner) for inner in part)})"
    return _joined(part)


def _sign(part: Element) -> str:
    written = (part.text or "").strip()
    if part.tag == "mtext" or (part.tag == "mo" and written in "=<>≤≥≠≈→∧∨"):
        return f" {written} "
    # Signs that only say how letters belong together are nothing that is seen.
    return written.strip("\u2061\u2062\u2063\u2064")


def _joined(part: Element) -> str:
    inner = [_bracketed(_line(below)) for below in part]
    if part.tag == "mfrac" and len(inner) == 2:
        return f"{inner[0]}/{inner[1]}"
    if part.tag == "msup" and len(inner) == 2:
        return f"{inner[0]}^{inner[1]}"
    if part.tag == "msub" and len(inner) == 2:
        return f"{inner[0]}_{inner[1]}"
    if part.tag == "msubsup" and len(inner) == 3:
        return f"{inner[0]}_{inner[1]}^{inner[2]}"
    if part.tag == "mroot" and len(inner) == 2:
        return f"{inner[0]}^(1/{inner[1]})"
    raise _TwoDimensional


def _bracketed(line: str) -> str:
    trimmed = line.strip()
    return trimmed if trimmed.isalnum() or trimmed.replace(".", "", 1).isdigit() else f"({trimmed})"
