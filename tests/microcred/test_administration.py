"""Pages of the administration are found by who shows or checks them, and by nobody else."""

import subprocess
import sys

import pytest
from django.conf import settings

PROGRAM = """
import os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "microcred.settings"
import django
django.setup()
before = "catalog.admin" in sys.modules
{}
from django.contrib import admin
from catalog.models import Question
print(before, Question in admin.site._registry)
"""
CHECK = "from django.core.management import call_command; call_command('check', '--tag', 'admin')"
# The check of the pages without finding them first would have found nothing to check.
FAULTY = """
import catalog.models
from django.core.checks import run_checks
from catalog.admin.questions import QuestionAdmin
QuestionAdmin.list_display = ("no_such_column",)
print([one.id for one in run_checks(tags=["admin"])])
"""


@pytest.mark.parametrize(
    ("asking", "found"),
    [("import microcred.urls", True), (CHECK, True), ("import ops.worker", False)],
    ids=["addresses", "check", "worker"],
)
def test_pages_are_found_by_who_shows_or_checks_them(asking: str, found: bool) -> None:
    assert _said(PROGRAM.format(asking)) == f"False {found}"


def test_pages_are_checked() -> None:
    program = PROGRAM.partition("before")[0] + FAULTY

    assert _said(program) == "['admin.E108']"


def _said(program: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=settings.BASE_DIR, capture_output=True, text=True, check=True
    )
    return done.stdout.strip().split("\n")[-1]
