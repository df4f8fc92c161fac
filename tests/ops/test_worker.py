"""What a worker is made of before its first job."""

import os
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path

import pytest
from django.conf import settings
from pytest_django import Settings

from ops import job_kinds
from ops.supervision.processes import members
from ops.worker import Worker
from tests.ops.harness import PATIENCE_SECONDS, SupervisedWorker, wait_until

# Large, and needed by few jobs or by other commands: whoever needs them imports them then.
MODELS = ("scipy", "sklearn", "torch", "redis", "openai", "pandas", "sympy")
# Needed to answer requests, not to do jobs.
PAGES = (
    "rest_framework.views",
    "drf_spectacular.utils",
    "unfold.admin",
    "catalog.admin",
    "microcred.urls",
    "django.test",
)
LATER = (*MODELS, *PAGES)
PROGRAM = f"""
import os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "microcred.settings"
import django
django.setup()
import ops.worker
from ops import job_kinds
job_kinds.import_all()
print([name for name in {LATER!r} if name in sys.modules])
"""


def test_a_worker_starts_without_what_most_jobs_never_need() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], cwd=settings.BASE_DIR, capture_output=True, text=True, check=True
    )

    assert done.stdout.split("\n")[-2] == "[]"


def test_no_process_is_forked_while_there_is_another_thread(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.WORKER_PRELOAD = []
    monkeypatch.setattr(job_kinds, "import_all", lambda: None)
    over = threading.Event()
    thread = threading.Thread(target=over.wait, name="still-loading")
    thread.start()

    with pytest.raises(RuntimeError, match="still-loading"):
        Worker("w-test").run()

    over.set()
    thread.join()


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_cannot_show_life_ends_with_everybody_who_does_jobs(tmp_path: Path) -> None:
    ready = tmp_path / "shown" / "ready"
    ready.parent.mkdir()
    worker = subprocess.Popen(
        [sys.executable, "manage.py", "worker", "--ready-file", str(ready)],
        cwd=settings.BASE_DIR,
        env=SupervisedWorker(tmp_path).environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        wait_until(ready.exists, PATIENCE_SECONDS, "the worker is ready")
        ready.parent.rename(tmp_path / "gone")

        _, said = worker.communicate(timeout=PATIENCE_SECONDS)

        assert worker.returncode == 1
        assert f"{ready} cannot be touched: No such file or directory." in said
        assert "Traceback" not in said
        wait_until(lambda: not members(worker.pid), PATIENCE_SECONDS, "nobody is left")
    finally:
        with suppress(ProcessLookupError):
            os.killpg(worker.pid, signal.SIGKILL)
        worker.communicate()
