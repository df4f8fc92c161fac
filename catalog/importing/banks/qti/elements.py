"""Files in XML as trees of elements, and what elements hold, with limits that no file can talk its way around."""

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from html import escape
from typing import Final
from xml.etree.ElementTree import Element, ParseError, TreeBuilder

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import XMLParser

from catalog.importing.banks.qti.formulas import in_one_line
from catalog.importing.banks.question import BankInvalid

MAX_DEPTH: Final = 100
MAX_ELEMENTS: Final = 400_000
_NUMBER: Final = re.compile(r"[+-]?(\d{1,60}(\.\d{0,60})?|\.\d{1,60})([eE][+-]?\d{1,2})?", re.ASCII)


def parsed(data: bytes) -> Element:
    """Return the root of a file in XML; tags and attributes are named without their namespaces.

    Names of QTI 3 (``qti-simple-choice``, ``response-identifier``) become those of QTI 2 (``simpleChoice``,
    ``responseIdentifier``). Raise BankInvalid when the file is not well-formed, declares entities, or nests deeper
    than ``MAX_DEPTH`` or has more elements than ``MAX_ELEMENTS``.
    """
    try:
        parser = XMLParser(target=_LocalNames(), forbid_dtd=False, forbid_entities=True, forbid_external=True)
        parser.feed(data)
        root = parser.close()
    except ParseError as error:
        line, column = error.position
        raise BankInvalid(
            f"This is no well-formed XML: it breaks off at line {line}, column {column}."
        ) from error
    except DefusedXmlException as error:
        raise BankInvalid(
            "This XML declares entities of its own or refers to other files, which is refused."
        ) from error
    except BankInvalid:
        raise
    except (ValueError, LookupError, AssertionError) as error:
        raise BankInvalid("This XML is in an encoding that cannot be read.") from error
    if not isinstance(root, Element):
        raise BankInvalid("This XML has no content.")
    return root


class _LocalNames(TreeBuilder):
    def __init__(self) -> None:
        super().__init__()
        self._depth = 0
        self._count = 0

    def start(self, tag: str, attrs: Mapping[str, str], /) -> Element:
        self._depth += 1
        self._count += 1
        if self._depth > MAX_DEPTH:
            raise BankInvalid(f"This XML nests its elements more than {MAX_DEPTH} deep.")
        if self._count > MAX_ELEMENTS:
            raise BankInvalid(f"This XML has more than {MAX_ELEMENTS:,} elements.")
        name = tag.rpartition("}")[2]
        is_qti_3 = name.startswith("qti-")
        named = {key.rpartition("}")[2]: value for key, value in attrs.items()}
        if is_qti_3:
            named = {_joined(key): value for key, value in named.items()}
        return super().start(_joined(name.removeprefix("qti-")) if is_qti_3 else name, named)

    def end(self, tag: str, /) -> Element:
        self._depth -= 1
        return super().end(tag)


def _joined(dashed: str) -> str:
    first, *rest = dashed.split("-")
    return first + "".join(word[:1].upper() + word[1:] for word in rest)


def markup(element: Element, instead: Mapping[Element, str] | None = None) -> str:
    """Return what is within ``element`` as HTML; of attributes only descriptions of pictures stay.

    What ``instead`` has for an element stands in its place. Formulas are in one line where they can be.
    """
    parts: list[str] = []
    _write(element, instead or {}, parts)
    return "".join(parts)


def _write(element: Element, instead: Mapping[Element, str], parts: list[str]) -> None:
    parts.append(escape(element.text or "", quote=False))
    for child in element:
        formula = in_one_line(child) if child.tag == "math" and child not in instead else None
        if child in instead:
            parts.append(instead[child])
        elif formula is not None:
            parts.append(escape(formula, quote=False))
        else:
            described = child.get("alt")
            parts.append(f'<{child.tag} alt="{escape(described)}">' if described else f"<{child.tag}>")
            _write(child, instead, parts)
            parts.append(f"</{child.tag}>")
        parts.append(escape(child.tail or "", quote=False))


def text_of(element: Element | None) -> str:
    """Return the words directly within ``element``, trimmed; empty where there is none."""
    return (element.text or "").strip() if element is not None else ""


def outside(element: Element, *closed: str) -> Iterator[Element]:
    """Yield what is below ``element`` in the order of the file, but nothing within elements named ``closed``."""
    waiting = list(reversed(element))
    while waiting:
        found = waiting.pop()
        yield found
        if found.tag not in closed:
            waiting.extend(reversed(found))


def number(written: str | None) -> Decimal | None:
    """Return a number with a decimal point, at most 60 digits before and after it; None where it is none."""
    trimmed = (written or "").strip()
    return Decimal(trimmed) if _NUMBER.fullmatch(trimmed) else None
