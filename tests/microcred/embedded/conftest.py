"""Folders for embedded servers. Making a database takes most of a test's time, so most tests copy one."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from microcred.embedded import EmbeddedServer, cluster


@pytest.fixture(scope="package", autouse=True)
def unhurried_disk() -> Iterator[None]:
    """Let initdb leave its writing to the system: no test here cuts the power."""
    options = cluster._initdb_options()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cluster, "_initdb_options", lambda: [*options, "--no-sync"])
        yield


@pytest.fixture(scope="package")
def made_state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a server that has been stopped; for copies only."""
    place = tmp_path_factory.mktemp("made") / "state"
    with EmbeddedServer(place).running():
        pass
    return place


@pytest.fixture
def empty_state(tmp_path: Path) -> Iterator[Path]:
    """A place for a server that does not exist yet; it is stopped at the end whatever happened."""
    place = tmp_path / "state"
    yield place
    EmbeddedServer(place).stop()


@pytest.fixture
def state(made_state: Path, empty_state: Path) -> Path:
    """The folder of a server that was stopped."""
    return Path(shutil.copytree(made_state, empty_state))


@pytest.fixture
def embedded(state: Path) -> EmbeddedServer:
    """A server with a database, not running."""
    return EmbeddedServer(state)


@pytest.fixture(scope="module")
def shared_server(made_state: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedServer]:
    """A running server that a test leaves as it is."""
    place = shutil.copytree(made_state, tmp_path_factory.mktemp("shared") / "state")
    with EmbeddedServer(Path(place)).running() as embedded:
        yield embedded
