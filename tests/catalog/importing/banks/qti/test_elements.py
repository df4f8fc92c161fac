"""XML that other people wrote, and what of it is refused."""

from decimal import Decimal

import pytest

from catalog.importing.banks.qti.elements import markup, number, parsed
from catalog.importing.banks.question import BankInvalid

ENTITY = b'<!DOCTYPE a [<!ENTITY b "b">]><a>&b;</a>'
OUTSIDE = b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>'


@pytest.mark.parametrize("data", [ENTITY, OUTSIDE])
def test_entities_are_refused(data: bytes) -> None:
    with pytest.raises(BankInvalid, match="declares entities of its own or refers to other files"):
        parsed(data)


def test_a_document_type_alone_is_no_harm() -> None:
    assert parsed(b'<!DOCTYPE a SYSTEM "qti.dtd" [<!ELEMENT a ANY>]><a>x</a>').text == "x"


def test_elements_may_not_nest_without_end() -> None:
    assert parsed(b"<a>" * 100 + b"</a>" * 100).tag == "a"
    with pytest.raises(BankInvalid, match="nests its elements more than 100 deep"):
        parsed(b"<a>" * 1_000_000)


@pytest.mark.parametrize(
    "data", [b"", b"x", b"<a>", b'<?xml version="1.0" encoding="none"?><a/>', b"\xff\xfe<", b"<a/>\0"]
)
def test_what_is_no_xml_is_refused(data: bytes) -> None:
    with pytest.raises(BankInvalid):
        parsed(data)


def test_names_lose_their_namespace_and_those_of_qti_3_become_those_of_qti_2() -> None:
    root = parsed(b'<x:qti-map-entry xmlns:x="urn:x" map-key="a"><x:p data-a="b"/></x:qti-map-entry>')

    assert (root.tag, root.attrib) == ("mapEntry", {"mapKey": "a"})
    assert (root[0].tag, root[0].attrib) == ("p", {"data-a": "b"})


def test_what_is_within_an_element_is_html_again() -> None:
    root = parsed(b'<a>1 &lt; 2 <b class="c">x</b><img src="s" alt="a &quot;b&quot;"/> y</a>')

    assert markup(root) == '1 &lt; 2 <b>x</b><img alt="a &quot;b&quot;"></img> y'
    assert markup(root, {root[0]: "_____", root[1]: ""}) == "1 &lt; 2 _____ y"


@pytest.mark.parametrize(
    ("formula", "line"),
    [
        ("<mi>E</mi><mo>=</mo><mi>m</mi><msup><mi>c</mi><mn>2</mn></msup>", "E = mc^2"),
        ("<mfrac><mrow><mi>a</mi><mo>+</mo><mn>1</mn></mrow><mn>2.5</mn></mfrac>", "(a+1)/2.5"),
        ("<msqrt><msub><mi>x</mi><mn>1</mn></msub></msqrt>", "√(x_1)"),
        ("<mtable/>", "<math><mtable></mtable></math>"),
    ],
)
def test_formulas_are_in_one_line_where_they_can_be(formula: str, line: str) -> None:
    assert markup(parsed(f"<p><math>{formula}</math></p>".encode())) == line


@pytest.mark.parametrize(
    ("written", "value"),
    [
        (" 4.50 ", "4.50"),
        ("-1e3", "-1E+3"),
        (".5", "0.5"),
        ("1_000", None),
        ("NaN", None),
        ("4,5", None),
        ("1e999", None),
        ("٣", None),
    ],
)
def test_only_plain_numbers_are_numbers(written: str, value: str | None) -> None:
    assert number(written) == (None if value is None else Decimal(value))
