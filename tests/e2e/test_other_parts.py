"""The demonstration with its parts replaced, taken away or in the way."""

import shutil
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import httpx
import psycopg
import pytest

from companion.demo.people import PASSWORD, STUDENT
from tests.e2e.demonstration import (
    HANDED_IN,
    SERVING,
    Demonstration,
    database_processes,
    processes_of,
)
from tests.e2e.outside_database import PASSWORD as DATABASE_PASSWORD
from tests.e2e.outside_database import serving_by_tcp
from tests.e2e.redis_server import PROGRAM
from tests.e2e.replaced import KEY, ReplacedRun, run_with_other_parts
from tests.fakes.openai_server import FakeOpenAI, status
from tests.ops.harness import wait_until
from tests.ports import free_port


@pytest.fixture(scope="module")
def replaced(tmp_path_factory: pytest.TempPathFactory) -> ReplacedRun:
    """The one run in which everything is replaced at once."""
    return run_with_other_parts(tmp_path_factory.mktemp("replaced"))


class TestOutsideDatabase:
    """DATABASE_URL."""

    def test_is_used_and_left_running(self, replaced: ReplacedRun) -> None:
        assert replaced.status == 0, replaced.output
        assert "Using the database of DATABASE_URL" in replaced.output
        assert "Starting the embedded PostgreSQL" not in replaced.output
        assert not replaced.has_own_database
        assert replaced.outside_is_ready
        assert replaced.left == []

    @pytest.mark.long
    def test_is_used_by_tcp_with_a_password(self, replaced: ReplacedRun, tmp_path: Path) -> None:
        with (
            serving_by_tcp(replaced.database, tmp_path / "outside") as url,
            Demonstration(tmp_path / "state", DATABASE_URL=url) as demo,
        ):
            assert demo.end() == 0, demo.output

            with psycopg.connect(url) as connection:
                known = {str(row[0]) for row in connection.execute("SELECT id FROM assessments")}
            assert {replaced.result["assessment_id"], demo.result["assessment_id"]} <= known
            shown = demo.output + (demo.state / "demo" / "supervise.log").read_text()
            assert DATABASE_PASSWORD not in shown
            assert quote(DATABASE_PASSWORD, safe="") not in shown


@pytest.mark.redis
@pytest.mark.skipif(PROGRAM is None, reason="needs a redis-server, which is not installed")
class TestRedis:
    """REDIS_URL."""

    def test_carries_all_bells(self, replaced: ReplacedRun) -> None:
        assert replaced.bells is not None
        before, after = replaced.bells
        assert before > 0
        # To score, to recommend, and to deliver two events.
        assert after >= 4
        assert not replaced.bells_in_database

    def test_outage_at_the_moment_of_handing_in_loses_nothing(self, replaced: ReplacedRun) -> None:
        assert replaced.status == 0, replaced.output
        assert replaced.result["degraded"] is False


class TestModelServer:
    """OPENAI_API_KEY and OPENAI_BASE_URL."""

    def test_scores_the_essays(self, replaced: ReplacedRun) -> None:
        result, essays = replaced.result, replaced.essays
        assert (result["status"], result["degraded"], result["missing"]) == ("completed", False, [])
        assert len(essays) >= 2
        assert {(provider, outcome) for provider, outcome, *_ in essays} == {("openai", "scored")}
        assert all(read > 0 and wrote > 0 and cost > 0 for *_, read, wrote, cost in essays)
        cents = sum(cost for *_, cost in essays) / 1_000_000
        # The essays, and what else was asked of the model.
        assert result["metrics"]["token_cost_cents"] >= cents - 1e-6
        assert result["metrics"]["gpt_latency_ms"] > 0

    def test_is_asked_with_the_key_and_never_about_the_student(self, replaced: ReplacedRun) -> None:
        assert replaced.requests
        for request in replaced.requests:
            assert request.path == "/v1/chat/completions"
            assert request.headers["authorization"] == f"Bearer {KEY}"
            assert STUDENT not in str(request.body)


class TestServing:
    """``demo --serve``, on the data of an earlier run."""

    def test_goes_on_without_its_port_and_its_model_server_until_ctrl_c(
        self, replaced: ReplacedRun, tmp_path: Path
    ) -> None:
        state = state_with_data_of(replaced, tmp_path)
        with (
            taken_port() as taken,
            FakeOpenAI(script=lambda request: status(500)) as model,
            Demonstration(
                state,
                "--serve",
                PORT=str(taken),
                OPENAI_API_KEY=KEY,
                OPENAI_BASE_URL=model.base_url,
                # A model that has answered nothing yet: the earlier run's replies would be used again.
                OPENAI_SCORING_MODEL="another-model",
            ) as demo,
        ):
            demo.wait_for(f"Port {taken} is taken; using ")
            demo.wait_for(HANDED_IN)
            demo.wait_for("RESULT")
            demo.wait_for(SERVING)

            assert (demo.result["status"], demo.result["missing"]) == ("completed", ["essay_scores"])
            assert demo.result["degraded"] is True
            assert len(demo.result["recommendation_items"]) >= 3
            assert model.requests
            assert httpx.get(f"{demo.url}/health", timeout=120).status_code == 200
            assert {replaced.result["assessment_id"], demo.result["assessment_id"]} <= assessments(demo.url)

            demo.interrupt()
            time.sleep(0.3)
            demo.interrupt()

            assert demo.end() == 0, demo.output
            assert processes_of(state) == []
            assert database_processes(state) == []

    @pytest.mark.long
    def test_leaves_nothing_but_the_database_when_it_is_killed_and_finds_that_again(
        self, replaced: ReplacedRun, tmp_path: Path
    ) -> None:
        state = state_with_data_of(replaced, tmp_path)
        with Demonstration(state, "--serve", PORT=str(free_port())) as first:
            first.wait_for(SERVING)
            first.process.kill()
            wait_until(lambda: processes_of(state) == [], 30, "web server, worker and receiver have ended")
            assert database_processes(state)

            with Demonstration(state, "--serve", PORT=str(free_port())) as second:
                second.wait_for(SERVING)
                assert first.result["assessment_id"] in assessments(second.url)
                second.interrupt()

                assert second.end() == 0, second.output
                assert processes_of(state) == []
                assert database_processes(state) == []

    @pytest.mark.long
    def test_ends_with_its_terminal(self, replaced: ReplacedRun, tmp_path: Path) -> None:
        state = state_with_data_of(replaced, tmp_path)
        with Demonstration(state, "--serve", PORT=str(free_port())) as demo:
            demo.wait_for(SERVING)

            demo.process.send_signal(signal.SIGHUP)

            assert demo.end() == 0, demo.output
            assert processes_of(state) == []
            assert database_processes(state) == []


def test_port_that_was_asked_for_and_is_taken_is_an_error(tmp_path: Path) -> None:
    with (
        taken_port() as taken,
        Demonstration(tmp_path / "state", PORT=str(taken), PORT_GIVEN=str(taken)) as demo,
    ):
        assert demo.end() == 1

        assert f"Port {taken} is taken. Choose another: make run PORT=" in demo.output
        assert not (demo.state / "postgres").exists()


def state_with_data_of(run: ReplacedRun, folder: Path) -> Path:
    """Make a state folder whose embedded database holds what another run's database held."""
    state = folder / "state"
    state.mkdir()
    shutil.copytree(run.database, state / "postgres")
    return state


def assessments(url: str) -> set[str]:
    """Return the ids of the demo student's assessments, as the API lists them to the student."""
    login = {"email": STUDENT, "password": PASSWORD}
    with httpx.Client(base_url=f"{url}/api/v1", timeout=120) as api:
        token = api.post("/auth/token", json=login).raise_for_status().json()["access"]
        listed = api.get("/assessments", headers={"Authorization": f"Bearer {token}"}).raise_for_status()
    return {str(item["assessment_id"]) for item in listed.json()["items"]}


@contextmanager
def taken_port() -> Iterator[int]:
    """Listen on a port of this machine meanwhile."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other.getsockname()[1]
