"""Who runs the embedded server, and where its socket is: as root, as a normal user, in awkward folders."""

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from microcred.embedded import EmbeddedServer, EmbeddedServerError, cluster, server
from microcred.embedded.account import Account
from microcred.embedded.binaries import find_binaries

NOBODY = 65534
only_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can run programs as another user")


@pytest.fixture
def public() -> Iterator[Path]:
    """A folder that every account may enter, unlike those of pytest."""
    place = Path(tempfile.mkdtemp(prefix="microcred-test-"))
    place.chmod(0o755)
    yield place
    shutil.rmtree(place)


@pytest.fixture
def long_state(made_state: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made_state, tmp_path / ("a-long-name-" * 8) / "postgres"))


def answers(embedded: EmbeddedServer) -> bool:
    with psycopg.connect(embedded.url()) as connection:
        return connection.execute("SELECT 1").fetchone() == (1,)


def runner(embedded: EmbeddedServer) -> int:
    """The user id, seen from outside, under which the postmaster runs."""
    command = ["ps", "-o", "uid=", "-p", str(embedded.status().pid)]
    return int(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def use_copy(monkeypatch: pytest.MonkeyPatch, place: Path) -> None:
    """Take the programs from ``place``: the installed ones may be out of reach for other accounts."""
    programs = find_binaries().copy_to(place)
    monkeypatch.setattr(server, "find_binaries", lambda: programs)


def as_nobody(act: Callable[[], list[object]]) -> list[object]:
    """Return what ``act`` returns in a child process that has given up root for good."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.setgroups([])
            os.setgid(NOBODY)
            os.setuid(NOBODY)
            os.write(writing, json.dumps(act()).encode())
        except BaseException as error:
            os.write(writing, json.dumps([repr(error)]).encode())
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        said = pipe.read()
    os.waitpid(child, 0)
    return list(json.loads(said))


def test_server_runs_for_whoever_starts_it_and_the_data_is_theirs(tmp_path: Path) -> None:
    embedded = EmbeddedServer(tmp_path / "state")
    with embedded.running():
        assert answers(embedded)
        if runner(embedded) == os.geteuid():
            assert (tmp_path / "state" / "data").stat().st_uid == os.geteuid()
        else:
            assert os.geteuid() == 0, "only root hands the server to another account"
        assert embedded.status().data_folder.stat().st_mode & 0o777 == 0o700


@only_root
def test_normal_user_runs_the_server_directly(public: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    use_copy(monkeypatch, public / "programs")
    home = public / "home"
    home.mkdir(mode=0o700)
    os.chown(home, NOBODY, NOBODY)
    embedded = EmbeddedServer(home / "state")

    def use() -> list[object]:
        started = embedded.start()
        facts = [started, answers(embedded), runner(embedded), embedded.status().account]
        return [*facts, embedded.stop(), embedded.is_ready()]

    assert as_nobody(use) == [True, True, NOBODY, "ourselves", True, False]
    assert home.stat().st_mode & 0o777 == 0o700


@only_root
def test_root_runs_the_server_of_a_user_as_that_user(public: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    use_copy(monkeypatch, public / "programs")
    home = public / "home"
    home.mkdir(mode=0o700)
    os.chown(home, NOBODY, NOBODY)
    embedded = EmbeddedServer(home / "state")
    as_nobody(lambda: [embedded.start(), embedded.stop()])

    with embedded.running():
        assert (answers(embedded), runner(embedded)) == (True, NOBODY)

    assert as_nobody(lambda: [embedded.start(), embedded.stop()]) == [True, True]


@only_root
def test_user_is_told_that_the_data_belongs_to_another_account(
    public: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_copy(monkeypatch, public / "programs")
    state = public / "state"
    state.mkdir()
    os.chown(state, NOBODY, NOBODY)
    (state / "data").mkdir(mode=0o700)

    def use() -> list[object]:
        with pytest.raises(EmbeddedServerError) as raised:
            EmbeddedServer(state).start()
        return [str(raised.value)]

    [message] = as_nobody(use)

    assert "belongs to another account" in str(message)


@only_root
class TestRootWithoutNamespaces:
    """Root falls back to a system user, as inside most containers."""

    @pytest.fixture(autouse=True)
    def no_namespaces(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(cluster, "namespace_account", lambda: None)
        monkeypatch.setattr(cluster, "system_account", lambda: Account("user nobody", uid=NOBODY, gid=NOBODY))

    def test_keeps_data_in_a_state_folder_that_the_user_may_enter(self, public: Path) -> None:
        embedded = EmbeddedServer(public / "state")
        embedded._folder.outside = public / "outside"

        with embedded.running():
            assert (answers(embedded), runner(embedded)) == (True, NOBODY)

        assert embedded.status().data_folder == public / "state" / "data"

    def test_keeps_data_and_programs_outside_where_the_user_may_not_enter(
        self, public: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        private = public / "private"
        private.mkdir(mode=0o700)
        use_copy(monkeypatch, private / "programs")
        embedded = EmbeddedServer(private / "state")
        embedded._folder.outside = public / "outside"

        for _ in range(2):
            with embedded.running():
                assert (answers(embedded), runner(embedded)) == (True, NOBODY)

        assert embedded.status().data_folder == public / "outside" / "data"
        assert embedded.connection_settings()["HOST"] == str(private / "state" / "data")
        assert private.stat().st_mode & 0o777 == 0o700

    def test_moves_the_socket_for_a_long_path_as_well(self, public: Path) -> None:
        embedded = EmbeddedServer(public / ("a-long-name-" * 8) / "state")
        embedded._folder.outside = public / "outside"

        with embedded.running():
            assert (answers(embedded), runner(embedded)) == (True, NOBODY)


class TestLongPath:
    """The path of a socket may have about 100 characters; the path of a clone may have more."""

    def test_moves_the_socket_to_a_short_private_folder(self, long_state: Path) -> None:
        embedded = EmbeddedServer(long_state)
        with embedded.running():
            folder = Path(embedded.connection_settings()["HOST"])

            assert answers(embedded)
            assert folder.parent == Path(tempfile.gettempdir())
            assert folder.stat().st_mode & 0o777 == 0o700
        assert not folder.exists()

    def test_is_found_by_processes_with_another_folder_for_temporary_files(
        self, long_state: Path, public: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with EmbeddedServer(long_state).running():
            monkeypatch.setattr(tempfile, "tempdir", str(public))

            assert answers(EmbeddedServer(long_state))

    def test_refuses_a_folder_that_others_can_open(self, long_state: Path) -> None:
        embedded = EmbeddedServer(long_state)
        folder = Path(embedded.connection_settings()["HOST"])
        folder.mkdir()
        folder.chmod(0o777)
        try:
            with pytest.raises(EmbeddedServerError, match="not a private folder"):
                embedded.start()
        finally:
            folder.rmdir()
