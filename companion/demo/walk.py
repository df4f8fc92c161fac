"""One demo student goes through the main job, over HTTP, through the queue and the worker."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.conf import settings

from catalog.queries import active_roles
from companion.demo.answers import DEMO_ROLE, WEAK_SKILL, answers_for
from companion.demo.people import PASSWORD, STUDENT

CLIENT = Path("examples") / "take_assessment.py"
CLIENT_SECONDS = 180


class WalkFailed(RuntimeError):
    """The student did not get a result; the message says what the client saw."""


def write_answers(folder: Path) -> Path:
    """Write the demo student's answers to a file for the client.

    Raises:
        WalkFailed: if the role that the student is assessed for was retired.
    """
    role = active_roles().filter(key=DEMO_ROLE).first()
    if role is None:
        raise WalkFailed(f"The demonstration needs the role {DEMO_ROLE}. Put it on offer again in the admin.")
    path = folder / "answers.json"
    folder.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(answers_for(role.pk, weak=WEAK_SKILL), indent=2))
    return path


def take_assessment(*, url: str, answers: Path, folder: Path) -> Mapping[str, Any]:
    """Run the example client as the demo student, showing what it prints; return the result it received.

    Raises:
        WalkFailed: if it ends with an error or takes longer than three minutes.
    """
    output = folder / "result.json"
    arguments = [
        sys.executable, str(settings.BASE_DIR / CLIENT), "--url", url, "--email", STUDENT, "--role", DEMO_ROLE,
        "--answers", str(answers), "--output", str(output),
    ]  # fmt: skip
    environment = {**os.environ, "MICROCRED_PASSWORD": PASSWORD, "PYTHONUNBUFFERED": "1"}
    try:
        done = subprocess.run(arguments, env=environment, timeout=CLIENT_SECONDS, check=False)  # noqa: S603
    except subprocess.TimeoutExpired:
        raise WalkFailed(f"There was no result within {CLIENT_SECONDS} seconds.") from None
    if done.returncode != 0:
        raise WalkFailed(f"The student's client ended with status {done.returncode}.")
    result: dict[str, Any] = json.loads(output.read_text())
    if not result["recommendation_items"]:
        raise WalkFailed("The result has no recommendations.")
    return result
