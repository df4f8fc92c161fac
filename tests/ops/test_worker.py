"""What a worker is made of before its first job."""

import subprocess
import sys
import threading

import pytest
from django.conf import settings
from pytest_django import Settings

from ops import job_kinds
from ops.worker import Worker

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
