"""Tells what a list of credentials is written in, and reads it."""

from typing import Final

from catalog.importing.credentials.linked import read_linked
from catalog.importing.credentials.listed import CredentialFile, FileInvalid
from catalog.importing.credentials.tables import decoded, read_table

MOST_BYTES: Final = 10_000_000
FORMATS: Final = "a table (CSV, by comma, semicolon or tab), CTDL as JSON-LD, and schema.org as JSON-LD"
_PACKED: Final = {
    b"PK": "The file is a workbook or a package. Save the list as CSV.",
    b"\xd0\xcf\x11\xe0": "The file is a workbook of Excel. Save the list as CSV.",
    b"%PDF": "The file is a PDF. Save the list as CSV.",
}


def read_credentials(data: bytes, *, language: str = "en") -> CredentialFile:
    """Read what is in a file of any of the `FORMATS`; ``language`` is read where a text has several.

    Raises:
        FileInvalid: saying, for the person who chose the file, why it cannot be read.
    """
    if len(data) > MOST_BYTES:
        raise FileInvalid(f"The file is larger than {MOST_BYTES // 1_000_000} MB.")
    for sign, reason in _PACKED.items():
        if data.startswith(sign):
            raise FileInvalid(reason)
    text = decoded(data)
    start = text.lstrip()[:1]
    if start == "<":
        raise FileInvalid(f"The file is XML or a web page. Files are read that are {FORMATS}.")
    found = read_linked(text, language=language) if start in ("{", "[") and start else read_table(text)
    if not found.entries:
        raise FileInvalid(f"There is no credential in the file. It was read as {found.format}.")
    return found
