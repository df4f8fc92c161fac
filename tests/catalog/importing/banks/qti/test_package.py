"""Reading zip files of questions, in memory and within limits."""

import io
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.importing.archive import Limits
from catalog.importing.banks.qti import package
from catalog.importing.banks.qti.package import read_package
from catalog.importing.banks.question import BankInvalid, BankQuestion, LeftOut

FILES = Path(__file__).parent / "files"
FIB = (FILES / "1.2" / "single_fib.xml").read_bytes()
ENTRY = (FILES / "2" / "text_entry.xml").read_bytes()
BROKEN = (FILES / "1.2" / "fib.xml").read_bytes()


def packed(members: dict[str, bytes], packing: int = zipfile.ZIP_DEFLATED) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", packing) as target:
        for name, content in members.items():
            target.writestr(name, content)
    return written.getvalue()


def manifest(*resources: tuple[str, str, str]) -> bytes:
    listed = "".join(
        f'<resource identifier="{ident}" type="{kind}" href="{href}"><file href="{href}"/></resource>'
        for ident, kind, href in resources
    )
    return f"<manifest><resources>{listed}</resources></manifest>".encode()


def told(data: bytes) -> list[tuple[str, str]]:
    """Where each entry stands, with its prompt or the reason why it is left out."""
    return [
        (entry.place, entry.prompt.splitlines()[0] if isinstance(entry, BankQuestion) else entry.reason)
        for entry in read_package(data)
    ]


CHICAGO = "Chicago is in what state?"
YORK = "Identify the missing word in this famous quote from Shakespeare's Richard III."


def test_the_list_of_contents_says_what_is_read_and_in_which_order() -> None:
    listed = manifest(
        ("b", "imsqti_item_xmlv2p2", "items/my%20entry.xml"), ("a", "imsqti_xmlv1p2", "quiz.xml")
    )

    data = packed(
        {"quiz.xml": FIB, "items/my entry.xml": ENTRY, "other.xml": ENTRY, "imsmanifest.xml": listed}
    )

    assert told(data) == [("items/my entry.xml", YORK), ("quiz.xml, question 1", CHICAGO)]


def test_without_a_list_every_xml_is_tried() -> None:
    assert told(
        packed({"a/one.xml": FIB, "notes.txt": b"x", "settings.xml": b"<settings/>", "two.xml": ENTRY})
    ) == [
        ("a/one.xml, question 1", CHICAGO),
        ("two.xml", YORK),
    ]


def test_of_the_two_forms_of_a_quiz_of_canvas_the_fuller_is_read_once() -> None:
    listed = manifest(
        ("g1", "imsqti_xmlv1p2/imscc_xmlv1p1/assessment", "g1/assessment_qti.xml"),
        (
            "g2",
            "associatedcontent/imscc_xmlv1p1/learning-application-resource",
            "non_cc_assessments/g1.xml.qti",
        ),
        (
            "g3",
            "associatedcontent/imscc_xmlv1p1/learning-application-resource",
            "non_cc_assessments/g3.xml.qti",
        ),
        (
            "g4",
            "associatedcontent/imscc_xmlv1p1/learning-application-resource",
            "course_settings/settings.xml",
        ),
    )
    members = {
        "imsmanifest.xml": listed,
        "g1/assessment_qti.xml": FIB,
        "non_cc_assessments/g1.xml.qti": FIB,
        "non_cc_assessments/g3.xml.qti": FIB,
        "course_settings/settings.xml": b"<settings/>",
    }

    assert [place for place, _ in told(packed(members))] == [
        "non_cc_assessments/g1.xml.qti, question 1",
        "non_cc_assessments/g3.xml.qti, question 1",
    ]


def test_a_test_leads_to_its_items() -> None:
    test = b"<assessmentTest><testPart><assessmentItemRef href='../items/e.xml'/></testPart></assessmentTest>"
    listed = manifest(("t", "imsqti_test_xmlv2p1", "tests/t.xml"))

    assert told(packed({"imsmanifest.xml": listed, "tests/t.xml": test, "items/e.xml": ENTRY})) == [
        ("items/e.xml", YORK)
    ]


def test_a_member_that_cannot_be_read_is_named_and_the_rest_is_read() -> None:
    listed = manifest(
        ("a", "imsqti_xmlv1p2", "bad.xml"),
        ("b", "imsqti_xmlv1p2", "gone.xml"),
        ("c", "imsqti_xmlv1p2", "q.xml"),
    )

    assert told(packed({"imsmanifest.xml": listed, "bad.xml": BROKEN, "q.xml": FIB})) == [
        ("bad.xml", "This is no well-formed XML: it breaks off at line 45, column 4."),
        ("gone.xml", "The list of contents names it, but it is not in the package."),
        ("q.xml, question 1", CHICAGO),
    ]


def test_a_damaged_member_is_named() -> None:
    data = packed({"one.xml": FIB, "two.xml": ENTRY}, zipfile.ZIP_STORED).replace(b"Chicago", b"Chicaga")

    assert told(data) == [("one.xml", "It is damaged and cannot be unpacked."), ("two.xml", YORK)]


def test_names_are_shown_in_one_line_and_lead_nowhere() -> None:
    assert told(packed({"../../etc/a\x1b[31m\n.xml": FIB})) == [
        ("../../etc/a [31m .xml, question 1", CHICAGO)
    ]


def test_what_a_member_unpacks_to_is_counted_not_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(package, "LIMITS", Limits(member_bytes=2_000_000, bytes=50_000_000))
    data = packed({"bomb.xml": b" " * 3_000_000, "two.xml": ENTRY})

    assert told(data) == [("bomb.xml", "It is larger than 1 MB."), ("two.xml", YORK)]


def test_all_that_is_unpacked_has_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(package, "LIMITS", Limits(member_bytes=10_000_000, bytes=1_048_576))

    with pytest.raises(BankInvalid, match=r"This package is larger than 1 MB when unpacked\."):
        read_package(packed({f"{n}.xml": b" " * 400_000 for n in range(3)}))


def test_too_many_members_are_refused() -> None:
    data = packed({f"{n}.xml": b"" for n in range(2_001)})

    with pytest.raises(BankInvalid, match=r"This package has more than 2,000 files in it\."):
        read_package(data)


def test_an_encrypted_package_is_refused() -> None:
    data = bytearray(packed({"one.xml": FIB}))
    data[data.index(b"PK\x01\x02") + 8] |= 1

    with pytest.raises(BankInvalid, match=r"This package is encrypted; save it without a password\."):
        read_package(bytes(data))


def test_a_package_within_a_package_is_not_read() -> None:
    with pytest.raises(BankInvalid, match=r"This package holds no questions in QTI."):
        read_package(packed({"inner.zip": packed({"one.xml": FIB})}))


@pytest.mark.parametrize(
    "data", [b"", b"PK\x03\x04", b"PK\x05\x06", b"PK\x05\x06" + bytes(18) + b"x", b"<xml/>"]
)
def test_what_is_no_package_is_refused(data: bytes) -> None:
    with pytest.raises(BankInvalid):
        read_package(data)


WHOLE = packed({"imsmanifest.xml": manifest(("a", "imsqti_xmlv1p2", "q.xml")), "q.xml": FIB, "e.xml": ENTRY})


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, len(WHOLE) - 1), st.integers(0, 255)), max_size=8),
    st.integers(0, len(WHOLE)),
)
def test_no_damage_makes_it_fail_otherwise(changes: list[tuple[int, int]], cut: int) -> None:
    data = bytearray(WHOLE)
    for at, value in changes:
        data[at] = value

    for damaged in (bytes(data), bytes(data[:cut]), bytes(data[cut:])):
        try:
            found = read_package(damaged)
        except BankInvalid:
            continue
        assert all(isinstance(entry, BankQuestion | LeftOut) for entry in found)
