"""Members of a zip file, read within limits that its own figures cannot talk around."""

import os
import struct
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO, Final

MAX_MEMBERS: Final = 2_000
_ENCRYPTED: Final = 0x1
_END: Final = b"PK\x05\x06"
_END_FIELDS: Final = struct.Struct("<4s4H2LH")
_DIRECTORY_BYTES_EACH: Final = 1_024
_END_AND_COMMENT: Final = 65_557
_MB: Final = 1024 * 1024
_PIECE: Final = 256 * 1024
_READABLE: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_DAMAGED: Final = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    zlib.error,
    EOFError,
    RuntimeError,
    ValueError,
    OSError,
    struct.error,
)


@dataclass(frozen=True)
class Limits:
    """How many bytes a member may unpack to, and all members that are read together."""

    member_bytes: int
    bytes: int


class ArchiveInvalid(ValueError):
    """A file is no zip file that is read here; the message says why, for the person who chose it."""


class MemberUnreadable(Exception):
    """A member cannot be unpacked; the message says why, for a curator."""


class Package:
    """A zip file, of which members are read by their names as the file has them; nothing is ever written.

    Raise ArchiveInvalid when it is no zip file, has more than ``MAX_MEMBERS`` members, or one of them is encrypted.
    """

    def __init__(self, file: BinaryIO, limits: Limits) -> None:
        _check_end(file)
        try:
            self._zip = zipfile.ZipFile(file)
            members = self._zip.infolist()
        except _DAMAGED as error:
            raise ArchiveInvalid("This is no zip file that can be read.") from error
        if len(members) > MAX_MEMBERS:
            raise ArchiveInvalid(f"This package has more than {MAX_MEMBERS:,} files in it.")
        if any(member.flag_bits & _ENCRYPTED for member in members):
            raise ArchiveInvalid("This package is encrypted; save it without a password.")
        self._members = {
            member.filename.replace("\\", "/"): member for member in members if not member.is_dir()
        }
        self._limits = limits
        self._left = limits.bytes

    def names(self) -> Iterable[str]:
        """Return the names of all members, in the order of the file."""
        return self._members.keys()

    def read(self, name: str) -> bytes:
        """Return what a member holds, unpacked; raises as `pieces`."""
        return b"".join(self.pieces(name))

    def pieces(self, name: str) -> Iterator[bytes]:
        """Yield what a member holds, unpacked, piece by piece.

        Raise MemberUnreadable when it is damaged or larger than a member may be, and ArchiveInvalid when all that was
        read from this package is more than it may be.
        """
        member, held = self._members[name], 0
        if member.compress_type not in _READABLE:
            raise MemberUnreadable("It is packed in a way that is not read here.")
        with _damage_named(), self._zip.open(member) as unpacked:
            while piece := unpacked.read(_PIECE):
                held += len(piece)
                self._left -= len(piece)
                if self._left < 0:
                    raise ArchiveInvalid(
                        f"This package is larger than {self._limits.bytes // _MB} MB when unpacked."
                    )
                if held > self._limits.member_bytes:
                    raise MemberUnreadable(f"It is larger than {self._limits.member_bytes // _MB} MB.")
                yield piece


@contextmanager
def _damage_named() -> Iterator[None]:
    try:
        yield
    except ArchiveInvalid:
        raise
    except _DAMAGED as error:
        raise MemberUnreadable("It is damaged and cannot be unpacked.") from error


def _check_end(file: BinaryIO) -> None:
    """Refuse a list of contents that would take much memory before its length is known."""
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - _END_AND_COMMENT))
    data = file.read(_END_AND_COMMENT)
    at = data.rfind(_END)
    if at < 0 or len(data) - at < _END_FIELDS.size:
        raise ArchiveInvalid("This is no zip file that can be read.")
    _, _, _, _, count, directory_bytes, _, _ = _END_FIELDS.unpack_from(data, at)
    if count > MAX_MEMBERS or directory_bytes > MAX_MEMBERS * _DIRECTORY_BYTES_EACH:
        raise ArchiveInvalid(f"This package has more than {MAX_MEMBERS:,} files in it.")
    if data[max(0, at - 20) : at].startswith(b"PK\x06\x07"):
        raise ArchiveInvalid("This package is written in a form for more than 4 GB, which is not read here.")
