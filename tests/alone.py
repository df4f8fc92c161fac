"""What a process of its own has loaded, since that of the tests has loaded everything."""

import os
import subprocess
import sys
from collections.abc import Sequence
from typing import Final

from django.conf import settings

PAGES_AND_API: Final = ("rest_framework.views", "microcred.urls")


def loaded_by(program: str, modules: Sequence[str]) -> set[str]:
    """Return which of these modules there are after a program in a process with Django set up."""
    asked = f"import sys, django; django.setup(); {program}; print(*{set(modules)} & sys.modules.keys())"
    done = subprocess.run(
        [sys.executable, "-c", asked], cwd=settings.BASE_DIR, capture_output=True, text=True, check=True,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "microcred.settings"},
    )  # fmt: skip
    return set(done.stdout.split())
