"""A PostgreSQL server as an operator runs it: by TCP, with a password, not started or stopped by the product."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import psycopg

from microcred.embedded.binaries import find_binaries
from microcred.embedded.cluster import DATABASE, ROLE, choose_operation
from microcred.embedded.folder import StateFolder
from tests.ports import free_port

PASSWORD = "p@ss/w:rd %"
AUTHENTICATION = "local all all trust\nhost all all 127.0.0.1/32 scram-sha-256\n"


@contextmanager
def serving_by_tcp(stopped: Path, place: Path) -> Iterator[str]:
    """Serve a copy of a stopped server's folder and yield its DATABASE_URL."""
    shutil.copytree(stopped, place)
    folder, binaries, port = StateFolder(place), find_binaries(), free_port()
    (folder.data / "pg_hba.conf").write_text(AUTHENTICATION)
    account = choose_operation(folder, binaries).account
    control = [binaries.program("pg_ctl"), "--pgdata", str(folder.data), "--wait"]
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder.data}"
    started = account.run([*control, "--log", str(place / "log" / "outside.log"), "-o", options, "start"])
    assert started.returncode == 0, started.stderr
    try:
        with psycopg.connect(host=str(folder.data), port=port, user=ROLE, dbname=DATABASE) as connection:
            connection.execute(f"ALTER ROLE {ROLE} PASSWORD '{PASSWORD}'".encode())
        yield f"postgres://{ROLE}:{quote(PASSWORD, safe='')}@127.0.0.1:{port}/{DATABASE}"
    finally:
        account.run([*control, "--mode", "fast", "stop"])
