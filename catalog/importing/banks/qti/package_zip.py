"""Members of a zip file, read in memory and within limits that its own figures cannot talk around."""

import io
import struct
import zipfile
import zlib
from collections.abc import Iterable
from typing import Final

from catalog.importing.banks.qti.texts import cleaned
from catalog.importing.banks.question import BankInvalid

MAX_MEMBERS: Final = 2_000
MAX_MEMBER_BYTES: Final = 10 * 1024 * 1024
MAX_BYTES: Final = 50 * 1024 * 1024
_ENCRYPTED: Final = 0x1
_END: Final = b"PK\x05\x06"
_END_FIELDS: Final = struct.Struct("<4s4H2LH")
_DIRECTORY_BYTES_EACH: Final = 1_024
_READABLE: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


class MemberUnreadable(Exception):
    """A member cannot be unpacked; the message says why, for a curator."""


class Package:
    """A zip file, of which members are read by their names as the file has them; nothing is ever written.

    Raise BankInvalid when it is no zip file, has more than ``MAX_MEMBERS`` members, or one of them is encrypted.
    """

    def __init__(self, data: bytes) -> None:
        _check_end(data)
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
            members = self._zip.infolist()
        except (
            zipfile.BadZipFile,
            zipfile.LargeZipFile,
            ValueError,
            NotImplementedError,
            OSError,
            struct.error,
        ) as error:
            raise BankInvalid("This is no zip file that can be read.") from error
        if len(members) > MAX_MEMBERS:
            raise BankInvalid(f"This package has more than {MAX_MEMBERS:,} files in it.")
        if any(member.flag_bits & _ENCRYPTED for member in members):
            raise BankInvalid("This package is encrypted; save it without a password.")
        self._members = {
            member.filename.replace("\\", "/"): member for member in members if not member.is_dir()
        }
        self._left = MAX_BYTES

    def names(self) -> Iterable[str]:
        """Return the names of all members, in the order of the file."""
        return self._members.keys()

    def read(self, name: str) -> bytes:
        """Return what a member holds, unpacked.

        Raise MemberUnreadable when it is damaged or larger than ``MAX_MEMBER_BYTES``, and BankInvalid when all that was
        read from this package is more than ``MAX_BYTES``.
        """
        member = self._members[name]
        if member.compress_type not in _READABLE:
            raise MemberUnreadable("It is packed in a way that is not read here.")
        try:
            with self._zip.open(member) as unpacked:
                content = unpacked.read(MAX_MEMBER_BYTES + 1)
        except (
            zipfile.BadZipFile,
            zlib.error,
            EOFError,
            RuntimeError,
            ValueError,
            OSError,
            struct.error,
        ) as error:
            raise MemberUnreadable("It is damaged and cannot be unpacked.") from error
        self._left -= len(content)
        if self._left < 0:
            raise BankInvalid(f"This package is larger than {MAX_BYTES // 1024 // 1024} MB when unpacked.")
        if len(content) > MAX_MEMBER_BYTES:
            raise MemberUnreadable(f"It is larger than {MAX_MEMBER_BYTES // 1024 // 1024} MB.")
        return content


def shown(name: str) -> str:
    """Return the name of a member as it may be shown."""
    return cleaned(name) or "a file without a name"


def _check_end(data: bytes) -> None:
    """Refuse a list of contents that would take much memory before its length is known."""
    at = data.rfind(_END, max(0, len(data) - 65_557))
    if at < 0 or len(data) - at < _END_FIELDS.size:
        raise BankInvalid("This is no zip file that can be read.")
    _, _, _, _, count, directory_bytes, _, _ = _END_FIELDS.unpack_from(data, at)
    if count > MAX_MEMBERS or directory_bytes > MAX_MEMBERS * _DIRECTORY_BYTES_EACH:
        raise BankInvalid(f"This package has more than {MAX_MEMBERS:,} files in it.")
    if data[max(0, at - 20) : at].startswith(b"PK\x06\x07"):
        raise BankInvalid("This package is written in a form for more than 4 GB, which is not read here.")
