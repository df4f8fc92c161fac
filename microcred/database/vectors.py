"""Vectors sent to pgvector as it receives them, which saves writing and reading 384 numbers as text."""

import struct
from typing import Any, Final

import numpy as np
from psycopg.adapt import Buffer, Dumper
from psycopg.pq import Format

_HEADER: Final = struct.Struct(">HH")


class BinaryVector(bytes):
    """A vector in pgvector's binary form: how many numbers, nothing, and the numbers in single precision.

    In a statement it stands where its type is said, as in ``%(vector)s::vector``: that type's number differs from
    database to database, and is therefore left open.
    """

    @staticmethod
    def of(vector: Any) -> "BinaryVector":
        """Return an array of numbers, ready to be sent."""
        return BinaryVector(_HEADER.pack(len(vector), 0) + np.asarray(vector, ">f4").tobytes())


class BinaryVectorDumper(Dumper):
    """Sends a vector as it is."""

    format = Format.BINARY
    oid = 0

    def dump(self, obj: BinaryVector) -> Buffer:
        """Return what goes to the server."""
        return obj


class TextVectorDumper(Dumper):
    """Writes a vector within a statement, to the last bit of its numbers."""

    def dump(self, obj: BinaryVector) -> Buffer:
        """Return what stands between quotes."""
        numbers = np.frombuffer(obj, ">f4", offset=_HEADER.size)
        return f"[{','.join(f'{one:.9g}' for one in numbers.tolist())}]".encode()
