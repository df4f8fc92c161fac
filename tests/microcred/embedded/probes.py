"""Looking at an embedded server from outside, as the tests need it."""

from pathlib import Path

import psycopg

from microcred.embedded import EmbeddedServer
from microcred.embedded.processes import server_processes


def ask(embedded: EmbeddedServer, query: str) -> object:
    with psycopg.connect(embedded.url(), autocommit=True) as connection:
        cursor = connection.execute(query.encode())
        row = cursor.fetchone() if cursor.description else None
        return row[0] if row else None


def postmaster(embedded: EmbeddedServer) -> int:
    pid = embedded.status().pid
    assert pid is not None
    return pid


def processes(state: Path) -> list[int]:
    found = (state / "data").stat()
    return server_processes(f"microcred-{found.st_dev:x}-{found.st_ino:x}")
