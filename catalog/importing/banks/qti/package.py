"""Reads packages of questions: zip files with a list of contents, as Canvas, Blackboard and others export them."""

from io import BytesIO
from posixpath import dirname, join, normpath
from typing import Final
from urllib.parse import unquote
from xml.etree.ElementTree import Element

from catalog.importing.archive import ArchiveInvalid, Limits, MemberUnreadable, Package
from catalog.importing.banks.qti import qti_1, qti_2
from catalog.importing.banks.qti.elements import parsed
from catalog.importing.banks.qti.texts import cleaned
from catalog.importing.banks.question import MAX_ENTRIES, BankInvalid, BankQuestion, LeftOut

LIMITS: Final = Limits(member_bytes=10 * 1024 * 1024, bytes=50 * 1024 * 1024)
_MANIFEST: Final = "imsmanifest.xml"
_TYPES: Final = ("imsqti", "x-bb-qti")
_ENDINGS: Final = (".xml", ".qti", ".dat")
_CANVAS_FOLDER: Final = "non_cc_assessments"
_TEST: Final = "assessmentTest"
# What packages hold beside questions, which is nothing to report.
_BESIDE: Final = frozenset({"manifest", "quiz", "assessmentSection", "stylesheet"})
Entries = list[BankQuestion | LeftOut]


def read_package(data: bytes) -> Entries:
    """Return the questions of a package, in the order of its list of contents.

    Files that the list names as questions are read, or, without such a list, every XML file in it. One that cannot
    be read is left out with its name. Raise BankInvalid when this is no zip file, breaks a limit of ``Package``, is
    encrypted, has no questions at all, or more than ``MAX_ENTRIES``.
    """
    try:
        return _entries(Package(BytesIO(data), LIMITS))
    except ArchiveInvalid as refusal:
        raise BankInvalid(str(refusal)) from refusal


def _entries(package: Package) -> Entries:
    entries: Entries = []
    reading = _Reading(package)
    named = reading.named()
    reading.read(named, entries, is_named=True)
    if not entries:
        every = [
            name for name in package.names() if name.lower().endswith(_ENDINGS[:2]) and not _is_manifest(name)
        ]
        reading.read(every, entries, is_named=False)
    if not entries:
        raise BankInvalid("This package holds no questions in QTI.")
    return entries


def _is_manifest(name: str) -> bool:
    return name.rpartition("/")[2].lower() == _MANIFEST


class _Reading:
    """What of a package is read so far, so that no file is read twice."""

    def __init__(self, package: Package) -> None:
        self._package = package
        self._names = set(package.names())
        self._seen: set[str] = set()

    def named(self) -> list[str]:
        """Return the names of the files that the list of contents says hold questions."""
        lists = sorted(
            (name for name in self._names if _is_manifest(name)), key=lambda name: (name.count("/"), name)
        )
        if not lists:
            return []
        try:
            root = parsed(self._package.read(lists[0]))
        except MemberUnreadable as error:
            raise BankInvalid(f"The list of contents of this package cannot be read. {error}") from error
        except BankInvalid as error:
            raise BankInvalid(f"The list of contents of this package cannot be read. {error}") from error
        folder = dirname(lists[0])
        found = [name for resource in root.iter("resource") for name in self._of_resource(resource, folder)]
        return list(dict.fromkeys(found))

    def _of_resource(self, resource: Element, folder: str) -> list[str]:
        hrefs = [
            resource.get("href") or resource.get("file") or "",
            *(part.get("href", "") for part in resource.iter("file")),
        ]
        files = [
            _within(folder, resource.get("base", ""), href)
            for href in hrefs
            if href.lower().endswith(_ENDINGS)
        ]
        if not any(kind in resource.get("type", "") for kind in _TYPES):
            return [name for name in files if f"/{_CANVAS_FOLDER}/" in f"/{name}"]
        # Canvas writes each quiz twice; the one in its own folder says more.
        fuller = _within(folder, _CANVAS_FOLDER, f"{resource.get('identifier', '')}.xml.qti")
        return [fuller] if fuller in self._names else files[:1]

    def read(self, names: list[str], entries: Entries, *, is_named: bool) -> None:
        """Read files and what tests among them refer to, and add their questions to ``entries``."""
        waiting = list(reversed(names))
        while waiting:
            name = waiting.pop()
            if name in self._seen:
                continue
            self._seen.add(name)
            if name not in self._names:
                entries.append(
                    LeftOut(_shown(name), "", "The list of contents names it, but it is not in the package.")
                )
                continue
            waiting += reversed(self._read_one(name, entries, is_named=is_named))
            if len(entries) > MAX_ENTRIES:
                raise BankInvalid(f"This package has more than {MAX_ENTRIES:,} questions.")

    def _read_one(self, name: str, entries: Entries, *, is_named: bool) -> list[str]:
        """Add the questions of a file; return the names of further ones that it refers to."""
        place = _shown(name)
        content = b""
        try:
            content = self._package.read(name)
        except MemberUnreadable as error:
            entries.append(LeftOut(place, "", str(error)))
            return []
        try:
            root = parsed(content)
            if root.tag == _TEST:
                hrefs = [part.get("href", "") for part in root.iter("assessmentItemRef")]
                return [_within(dirname(name), "", href) for href in hrefs if href]
            if root.tag == qti_1.ROOT:
                entries.extend(qti_1.questions_of(root, place=place))
            elif root.tag == qti_2.ITEM or (is_named and root.tag not in _BESIDE):
                entries.extend(qti_2.questions_of(root, place=place))
        except BankInvalid as error:
            entries.append(LeftOut(place, "", str(error)))
        return []


def _within(folder: str, base: str, href: str) -> str:
    """Return the name in the package that a reference means; it may name nothing in it."""
    return normpath(join(folder, base, unquote(href).replace("\\", "/"))).lstrip("/")


def _shown(name: str) -> str:
    return cleaned(name) or "a file without a name"
