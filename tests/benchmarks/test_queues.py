"""The benchmarks of the queue explain themselves, count one sender too, and leave nothing running."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from benchmarks import asking, jobs, load, model_waits, soak, submit_to_result
from benchmarks.measuring import Report
from benchmarks.queues.running import ROOT, Running
from ops.supervision.processes import carries, living
from tests.ops.harness import wait_until

MARK = "BENCHMARK_TEST"


@pytest.mark.parametrize("script", [jobs, submit_to_result, model_waits, load, soak])
def test_every_script_explains_itself(
    script: Any, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", ["script", "--help"])
    with pytest.raises(SystemExit) as ended:
        script.main()

    assert ended.value.code == 0
    assert "--json" in capsys.readouterr().out


def contender(name: str, **figures: float) -> jobs.Contender:
    made = jobs.Contender(name, Running([], environment={}, log=Path(os.devnull)), {}, Path(os.devnull))
    made.note(**figures)
    return made


def test_one_sender_is_a_goal_beside_the_backlog() -> None:
    ours = contender(
        "ours", start_p50_ms=6.0, idle_share=0.001, jobs_a_second=800.0, jobs_a_second_of_one_sender=90.0
    )
    peer = contender("peer", jobs_a_second=40.0, jobs_a_second_of_one_sender=30.0)

    found = {what: (reached, met) for what, reached, _, met in jobs.goals([ours, peer])}

    assert found == {
        "enqueue to start, ms p50": (6.0, False),
        "idle processor share": (0.001, True),
        "times the jobs a second of peer, a backlog": (20.0, True),
        "times the jobs a second of peer, one sender": (3.0, False),
    }


def test_a_share_is_that_of_the_plain_view_in_the_same_round() -> None:
    report = Report("load")
    plain = [asking.Answered(rate, 1.0, 10.0, 0) for rate in (1000.0, 2000.0)]
    ours = [
        asking.Answered(rate, 2.0, p99, failed) for rate, p99, failed in ((300.0, 20.0, 0), (800.0, 40.0, 2))
    ]

    load.tell({load.PLAIN: plain, "status": ours}, report)

    assert report.figures["status"] == {"rates": [300.0, 800.0], "shares": [0.3, 0.4], "failed": 2}
    assert [(goal.what, goal.met) for goal in report.goals] == [
        ("status, share of the plain view", True),
        ("status, failed", False),
        ("status, p99 beside the plain one", True),
    ]


def test_ten_minutes_tell_the_slowest_and_whether_memory_grows() -> None:
    def answered(p99: float, failed: int = 0) -> asking.Answered:
        return asking.Answered(100.0, 5.0, p99, failed)

    found = soak.Soaked(
        plain=answered(3.0), full=answered(50.0), pace=100.0, warming=answered(9.0, 1),
        minutes=[answered(20.0), answered(33.0)], before=100_000_000, after=104_000_000,
    )  # fmt: skip

    told = soak.told(found, Report("F1"))

    assert [(goal.what, goal.reached, goal.met) for goal in told.goals] == [
        ("least rate beside the pace", "1 x", True),
        ("failed", "1 requests", False),
        ("p99 of the slowest minute beside the plain view's", "11 x", False),
        ("growth of memory", "0.04 ", True),
    ]


def test_a_mixture_asks_the_frequent_more_often_and_every_writer_in_turn() -> None:
    asked = {name: [asking.Request(f"/{name}")] for name in ("status", "result", "catalogue")} | {
        name: [asking.Request(f"/{name}", token, {}) for token in "ab"] for name in ("answers", "start")
    }
    addresses = {name: asking.Address("http://here", requests) for name, requests in asked.items()}

    mixture = soak.mixed(load.Served(addresses, Running([], environment={}, log=Path("unused"))))

    assert len(mixture.asked) == 2 * sum(soak.MIXTURE.values())
    assert [one.path for one in mixture.asked[:5]] == [
        "/status",
        "/result",
        "/catalogue",
        "/answers",
        "/start",
    ]
    assert [one.token for one in mixture.asked if one.path == "/start"] == ["a", "b"]


def test_sigterm_ends_the_servers_too(tmp_path: Path) -> None:
    environment = {**os.environ, MARK: str(tmp_path), "TMPDIR": str(tmp_path)}
    program = subprocess.Popen(
        [sys.executable, "benchmarks/model_waits.py", "--backlog", "1"],
        cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        wait_until(lambda: len(marked(tmp_path)) > 3, 60, "its server runs")
        program.send_signal(signal.SIGTERM)
        assert program.wait(120) == 128 + signal.SIGTERM
    finally:
        left = marked(tmp_path)
        for pid in left:
            os.kill(pid, signal.SIGKILL)

    assert left == []
    assert list(tmp_path.glob("benchmark-waits-*")) == []


def marked(folder: Path) -> list[int]:
    """The processes that the script has started, and itself."""
    return [process.pid for process in living() if carries(process.pid, MARK, str(folder))]
