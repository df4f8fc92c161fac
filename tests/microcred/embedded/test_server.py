"""Starting, sharing and stopping the embedded server; the real programs on a folder of its own."""

import os
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from microcred.embedded import EmbeddedServer
from microcred.embedded.memory import shared_buffers
from tests.microcred.embedded.probes import ask, postmaster, processes

STARTER = """
import sys, pathlib
from microcred.embedded import EmbeddedServer
print(EmbeddedServer(pathlib.Path(sys.argv[1])).start())
"""
LOCALE = """
SELECT concat_ws(' ', pg_encoding_to_char(encoding), datlocprovider, datlocale)
FROM pg_database WHERE datname = 'microcred'
"""


class TestStart:
    def test_makes_a_unicode_database_that_knows_vectors(self, empty_state: Path) -> None:
        embedded = EmbeddedServer(empty_state)

        assert embedded.start() is True

        assert (
            ask(embedded, "SELECT current_database() || ' as ' || current_user") == "microcred as microcred"
        )
        assert ask(embedded, LOCALE) == "UTF8 b C.UTF-8"
        ask(embedded, "CREATE EXTENSION vector")
        assert ask(embedded, "SELECT '[1,0]'::vector <=> '[0,1]'::vector") == 1.0

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("fsync", "on"),
            ("jit", "off"),
            ("TimeZone", "UTC"),
            ("listen_addresses", ""),
            ("max_connections", "100"),
            ("unix_socket_permissions", "0700"),
        ],
    )
    def test_sets_up_a_small_durable_private_server(
        self, shared_server: EmbeddedServer, name: str, value: str
    ) -> None:
        assert ask(shared_server, f"SHOW {name}") == value

    def test_keeps_pages_in_a_share_of_the_memory(self, shared_server: EmbeddedServer) -> None:
        kept = "SELECT pg_size_bytes(current_setting('shared_buffers')) / 1024 / 1024 || 'MB'"

        assert ask(shared_server, kept) == shared_buffers()

    def test_again_changes_nothing(self, embedded: EmbeddedServer) -> None:
        embedded.start()
        first = postmaster(embedded)

        assert embedded.start() is False

        assert postmaster(embedded) == first

    def test_keeps_what_was_committed_across_a_stop(self, embedded: EmbeddedServer) -> None:
        embedded.start()
        ask(embedded, "CREATE TABLE kept AS SELECT 7 AS value")
        embedded.stop()

        assert embedded.start() is True

        assert ask(embedded, "SELECT value FROM kept") == 7

    def test_by_four_processes_at_once_makes_one_server(self, empty_state: Path) -> None:
        command = [sys.executable, "-c", STARTER, str(empty_state)]
        starters = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(4)]

        answers = [starter.communicate(timeout=60)[0].splitlines()[-1] for starter in starters]

        assert sorted(answers) == ["False", "False", "False", "True"]
        assert ask(EmbeddedServer(empty_state), "SELECT 1") == 1

    def test_leaves_the_modes_of_existing_folders_alone(self, tmp_path: Path) -> None:
        private, parent = tmp_path / "private", tmp_path / "private" / "var"
        private.mkdir(mode=0o700)
        parent.mkdir(mode=0o750)
        embedded = EmbeddedServer(parent / "postgres")

        with embedded.running():
            assert ask(embedded, "SELECT 1") == 1

        assert (private.stat().st_mode & 0o777, parent.stat().st_mode & 0o777) == (0o700, 0o750)

    def test_is_not_misled_by_variables_for_other_servers(
        self, embedded: EmbeddedServer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for name, value in (
            ("PGPORT", "1"),
            ("PGHOST", "nowhere"),
            ("PGOPTIONS", "-c no=1"),
            ("LC_ALL", "xx"),
        ):
            monkeypatch.setenv(name, value)

        embedded.start()

        assert embedded.is_ready()

    def test_puts_the_server_out_of_reach_of_the_terminal(self, shared_server: EmbeddedServer) -> None:
        pid = postmaster(shared_server)

        assert os.getsid(pid) != os.getsid(0)
        assert os.getpgid(pid) != os.getpgid(0)

    def test_beside_another_server_keeps_them_apart(
        self, embedded: EmbeddedServer, shared_server: EmbeddedServer
    ) -> None:
        with embedded.running():
            ask(embedded, "CREATE TABLE only_here ()")

            assert ask(shared_server, "SELECT to_regclass('only_here')") is None

        assert shared_server.is_ready()


class TestStop:
    def test_leaves_no_process_and_no_socket(self, embedded: EmbeddedServer, state: Path) -> None:
        embedded.start()

        assert embedded.stop() is True

        assert processes(state) == []
        assert not list((state / "data").glob(".s.*"))
        assert not embedded.status().running

    def test_does_not_wait_for_clients(self, embedded: EmbeddedServer, state: Path) -> None:
        embedded.start()
        with psycopg.connect(embedded.url()) as connection:
            embedded.stop()

            with pytest.raises(psycopg.OperationalError):
                connection.execute("SELECT 1")
        assert processes(state) == []

    def test_of_what_does_not_run_is_no_error(self, embedded: EmbeddedServer) -> None:
        assert embedded.stop() is False

    def test_of_what_never_ran_makes_nothing(self, empty_state: Path) -> None:
        assert EmbeddedServer(empty_state).stop() is False
        assert not empty_state.exists()


class TestRunning:
    def test_the_last_user_stops_it(self, embedded: EmbeddedServer, state: Path) -> None:
        with embedded.running():
            with EmbeddedServer(state).running():
                pass
            assert embedded.is_ready()
        assert processes(state) == []

    def test_leaves_a_server_that_was_started_to_stay(self, embedded: EmbeddedServer) -> None:
        embedded.start()
        with embedded.running():
            pass
        assert embedded.is_ready()

    def test_stops_what_a_killed_user_left_behind(self, embedded: EmbeddedServer, state: Path) -> None:
        program = STARTER.replace("print(", "manager = ").replace(".start())", ".running()")
        program += "manager.__enter__()\nimport os\nos.kill(os.getpid(), 9)"
        subprocess.run([sys.executable, "-c", program, str(state)], check=False)
        assert embedded.is_ready()

        with embedded.running():
            pass

        assert processes(state) == []

    def test_stops_it_after_an_error(self, embedded: EmbeddedServer, state: Path) -> None:
        with pytest.raises(ZeroDivisionError), embedded.running():
            raise ZeroDivisionError
        assert processes(state) == []


def test_url_and_settings_name_the_same_database(empty_state: Path) -> None:
    embedded = EmbeddedServer(empty_state / "with space & more")
    settings = embedded.connection_settings()

    assert conninfo_to_dict(embedded.url()) == {
        "user": settings["USER"],
        "dbname": settings["NAME"],
        "host": settings["HOST"],
        "port": settings["PORT"],
    }
    assert not empty_state.exists()
