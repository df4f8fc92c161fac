"""Tells what a question bank is written in, and reads it."""

import re
from collections.abc import Callable
from typing import Final

from catalog.importing.banks.moodle.aiken import read_aiken
from catalog.importing.banks.moodle.gift import read_gift
from catalog.importing.banks.moodle.moodle_xml import read_moodle_xml
from catalog.importing.banks.qti.package import read_package
from catalog.importing.banks.qti.qti_1 import read_qti_1
from catalog.importing.banks.qti.qti_2 import read_qti_2
from catalog.importing.banks.question import Bank, BankInvalid

MOST_BYTES: Final = 10_000_000
FORMATS: Final = "GIFT, Aiken, Moodle XML, QTI 1.2, 2.1, 2.2 and 3.0, and packages of QTI (zip, imscc)"
_AIKEN_KEY: Final = re.compile(r"^ANSWER: ?[A-Z]\s*$", re.MULTILINE)
_GIFT_BRACE: Final = re.compile(r"(?<!\\)\{")
_FIRST_ELEMENT: Final = re.compile(r"<(?:[\w.-]+:)?([A-Za-z][\w.-]*)")
_BEFORE_IT: Final = re.compile(r"<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^>\[]*(?:\[.*?\])?\s*>", re.DOTALL)
_LOOKED_THROUGH: Final = 20_000
_UTF_16: Final = (b"\xff\xfe", b"\xfe\xff")
_READ: Final = f"Files are read that are {FORMATS}."
# What GIFT does not begin with, though its texts may hold HTML.
_NO_GIFT: Final = ("<?xml", "<!DOCTYPE", "<!doctype", "<html")
_OTHER_XML: Final = {
    "manifest": "The file only lists what is in a package: choose the package itself, the zip or imscc file.",
}


def read_bank(data: bytes, *, name: str) -> Bank:
    """Read what is in a file of any of the `FORMATS`; ``name`` is that of the file.

    Raises:
        BankInvalid: saying, for the person who chose the file, why it cannot be read.
    """
    if len(data) > MOST_BYTES:
        raise BankInvalid(f"The file is larger than {MOST_BYTES // 1_000_000} MB.")
    bank = _read(data, name)
    if not bank.entries:
        raise BankInvalid(f"There is no question in the file. It was read as {bank.format}.")
    return bank


def _read(data: bytes, name: str) -> Bank:
    if data.startswith(b"PK"):
        return Bank("a package of QTI", tuple(read_package(data)))
    start = _start(data)
    if start.startswith("<"):
        root = _root(start)
        if reader := _READERS.get(root):
            return reader(data, name)
        if start.startswith(_NO_GIFT):
            raise BankInvalid(
                _OTHER_XML.get(root, f"The file is XML or a web page, but no question bank. {_READ}")
            )
    text = _text(data)
    if _GIFT_BRACE.search(text):
        return read_gift(text)
    if _AIKEN_KEY.search(text):
        return read_aiken(text)
    raise BankInvalid(f"There is no question in the file. {_READ}")


def _start(data: bytes) -> str:
    encoding = "utf-16" if data.startswith(_UTF_16) else "utf-8"
    return data[:_LOOKED_THROUGH].decode(encoding, "ignore").lstrip("\ufeff \t\r\n")


def _root(start: str) -> str:
    found = _FIRST_ELEMENT.search(_BEFORE_IT.sub("", start))
    return found[1].lower() if found else ""


def _qti_1(data: bytes, name: str) -> Bank:
    return Bank("QTI 1.2", tuple(read_qti_1(data, place=name)))


def _qti_2(data: bytes, name: str) -> Bank:
    return Bank("QTI 2", tuple(read_qti_2(data, place=name)))


def _moodle(data: bytes, _: str) -> Bank:
    return read_moodle_xml(data)


_READERS: Final[dict[str, Callable[[bytes, str], Bank]]] = {
    "quiz": _moodle,
    "questestinterop": _qti_1,
    "assessmentitem": _qti_2,
    "qti-assessment-item": _qti_2,
}


def _text(data: bytes) -> str:
    """The text of a file, whatever its editor wrote it in."""
    is_utf_16 = data.startswith(_UTF_16)
    for encoding in ("utf-16",) if is_utf_16 else ("utf-8-sig", "cp1252"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text.replace("\r\n", "\n").replace("\r", "\n")
    raise BankInvalid(f"The file is no text and no package. {_READ}")
