"""What a worker is made of before its first job."""

import subprocess
import sys

from django.conf import settings

# Large, and needed by few jobs or by other commands: whoever needs them imports them then.
LATER = ("scipy", "sklearn", "torch", "redis", "openai", "pandas")
PROGRAM = f"""
import os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "microcred.settings"
import django
django.setup()
import ops.worker
from ops import kinds
kinds.import_all()
print([name for name in {LATER!r} if name in sys.modules])
"""


def test_a_worker_starts_without_what_most_jobs_never_need() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], cwd=settings.BASE_DIR, capture_output=True, text=True, check=True
    )

    assert done.stdout.split("\n")[-2] == "[]"
