"""What a crash leaves behind, and what cannot be repaired and is explained."""

import os
import signal
import threading
import time
from pathlib import Path

import psycopg
import pytest

from microcred.embedded import EmbeddedServer, EmbeddedServerError, cluster, server
from microcred.embedded.binaries import find_binaries
from tests.microcred.embedded.probes import ask, postmaster, processes

BUSY_QUERY = "SELECT count(*) FROM generate_series(1, 1000000000000)"


class TestRepair:
    def test_after_kill_9_with_a_busy_backend(self, embedded: EmbeddedServer, state: Path) -> None:
        embedded.start()
        ask(embedded, "CREATE TABLE kept AS SELECT 7 AS value")
        busy = threading.Thread(target=_broken_query, args=(embedded.url(),))
        busy.start()
        _wait_for_query(embedded)
        os.kill(postmaster(embedded), signal.SIGKILL)
        time.sleep(0.2)
        assert processes(state), "a busy backend outlives its postmaster"

        assert embedded.start() is True

        busy.join(timeout=60)
        assert ask(embedded, "SELECT value FROM kept") == 7
        assert ask(embedded, "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%generate%'") == 1

    def test_where_the_recorded_pid_now_belongs_to_another_program(
        self, embedded: EmbeddedServer, state: Path
    ) -> None:
        with embedded.running():
            recorded = (state / "data" / "postmaster.pid").read_text().split("\n", 1)[1]
        (state / "data" / "postmaster.pid").write_text(f"{os.getpid()}\n{recorded}")

        assert embedded.is_ready() is False
        assert embedded.start() is True

    def test_of_a_server_that_lost_its_socket(
        self, embedded: EmbeddedServer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(server, "SILENCE_SECONDS", 0.1)
        embedded.start()
        first = postmaster(embedded)
        (Path(embedded.connection_settings()["HOST"]) / ".s.PGSQL.5432").unlink()

        assert embedded.start() is True

        assert postmaster(embedded) != first

    def test_of_an_interrupted_first_start(self, empty_state: Path) -> None:
        (empty_state / "data.partial" / "base").mkdir(parents=True)

        assert EmbeddedServer(empty_state).start() is True

        assert not (empty_state / "data.partial").exists()

    def test_of_a_first_start_that_ended_before_the_database_was_made(self, embedded: EmbeddedServer) -> None:
        embedded.start()
        administration = embedded.url().replace("/microcred?", "/postgres?")
        with psycopg.connect(administration, autocommit=True) as connection:
            connection.execute("DROP DATABASE microcred")

        assert embedded.start() is False

        assert ask(embedded, "SELECT current_database()") == "microcred"


class TestErrors:
    def test_name_the_missing_package(self) -> None:
        with pytest.raises(EmbeddedServerError, match=r"pip install -r requirements\.txt"):
            find_binaries("no_such_package")

    def test_tell_when_data_is_of_another_version(self, embedded: EmbeddedServer, state: Path) -> None:
        (state / "data" / "PG_VERSION").write_text("17\n")

        with pytest.raises(EmbeddedServerError, match="written by PostgreSQL 17, this one is 18"):
            embedded.start()

    def test_tell_when_the_folder_holds_something_else(self, empty_state: Path) -> None:
        (empty_state / "data").mkdir(parents=True)

        with pytest.raises(EmbeddedServerError, match="is not a data folder of PostgreSQL"):
            EmbeddedServer(empty_state).start()

    def test_tell_when_the_disk_is_full(self, empty_state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(cluster, "NEEDED_BYTES", 1 << 60)

        with pytest.raises(EmbeddedServerError, match="Free some space"):
            EmbeddedServer(empty_state).start()

    def test_repeat_what_the_server_said_last(self, embedded: EmbeddedServer, state: Path) -> None:
        with embedded.running():
            pass
        with (state / "data" / "postgresql.conf").open("a") as file:
            file.write("shared_buffers = 'plenty'\n")

        with pytest.raises(EmbeddedServerError, match='invalid value for parameter "shared_buffers"'):
            embedded.start()

        assert processes(state) == []


def _broken_query(url: str) -> None:
    with pytest.raises(psycopg.OperationalError), psycopg.connect(url) as connection:
        connection.execute(BUSY_QUERY)


def _wait_for_query(embedded: EmbeddedServer) -> None:
    busy = (
        "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query LIKE '%generate_series(1,%'"
    )
    deadline = time.monotonic() + 60
    while ask(embedded, busy) != 2 and time.monotonic() < deadline:
        time.sleep(0.02)
