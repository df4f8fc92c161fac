"""From telling of a session to its summary, with a model that takes ``--delay`` seconds to answer.

The session lasts an hour: 600 lines, put together from the transcripts of `tutoring.evaluation`. The model is the fake
server of the tests, which quotes lines that it is given, so that all its sentences are checked and stand. What is left
of the time is the product's own: reading, topics by the local embedder, choosing lines, taking names out, the ledger,
and checking.
"""

import argparse
import io
import json
import statistics
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.database import own_database, require_own, set_up

if __name__ == "__main__":
    set_up(threads=0)

from django.core.management import call_command
from django.test.utils import override_settings
from django.utils import timezone

from accounts.models import Consent, User
from benchmarks.measuring import Report, options
from microcred.ai import providers
from ops import jobs
from tests.fakes.openai_server import FakeOpenAI, Received, Reply, chat
from tutoring import queries, services
from tutoring.enums import Author
from tutoring.evaluation import datasets
from tutoring.models import SessionSummary

LINES: Final = 600
TOPIC: Final = "sql"
SAID: Final = 6
# REQUIREMENTS of a summary, with the model.
GOAL_SECONDS: Final = 5.0


class NotTold(RuntimeError):
    """A session came out otherwise than told of by the model."""


def transcript(lines: int = LINES) -> list[dict[str, str]]:
    """Return an hour about one skill: the lines of its transcripts over and over, each told apart by a number."""
    own = [line for case in datasets.read() if case.topics == {TOPIC} for line in case.lines]
    return [
        {"speaker": own[place % len(own)].speaker.value, "text": f"{own[place % len(own)].text} ({place // len(own)})"}
        for place in range(lines)
    ]  # fmt: skip


def measure(asked: argparse.Namespace) -> Report:
    """Have sessions summarised in the database at hand; the database is the caller's to drop."""
    require_own()
    report = Report(f"summaries of sessions of {asked.lines} lines, a model that takes {asked.delay:g} s")
    call_command("load_catalog", verbosity=0, stdout=io.StringIO())
    source, _ = services.add_source(by=None, name="Benchmark")
    with FakeOpenAI(script=lambda request: _quotes(request, asked.delay)) as server, _asking(server):
        _summarised(source.pk, 0, asked.lines)
        spent = [
            _summarised(source.pk, number, asked.lines) for number in range(1, asked.rounds * asked.calls + 1)
        ]
        sent = max(len(request.prompt) for request in server.requests)
    whole, busy = (statistics.median(one) for one in zip(*spent, strict=True))
    report.lines.append(
        f"  whole {whole:.2f} s, without the model {whole - asked.delay:.2f} s, processor {busy:.2f} s; "
        f"{sent:,} characters sent"
    )
    report.figures |= {
        "whole_s": whole,
        "own_s": whole - asked.delay,
        "processor_s": busy,
        "characters": sent,
    }
    report.at_most("whole", whole, GOAL_SECONDS, "s")
    return report


@contextmanager
def _asking(server: FakeOpenAI) -> Iterator[None]:
    with override_settings(OPENAI_API_KEY="any", OPENAI_BASE_URL=server.base_url):
        providers.reset()
        yield
    providers.reset()


def _summarised(source_id: Any, number: int, lines: int) -> tuple[float, float]:
    """Have one session summarised; return the seconds until it was, and those of the processor."""
    now = timezone.now()
    student = User.objects.create(email=f"s{number}@example.org", name="Zelda Quint", role="student")
    Consent.objects.create(
        user=student, purpose="model_scoring", version="2026-11-23", given=True, decided_at=now
    )
    session = services.Session(f"s-{number}", student.pk, now, now, "Ada Okafor", "SQL", transcript(lines))
    message = services.Message(source_id, f"msg_{number}", str(number).encode())
    began, burnt = time.perf_counter(), time.process_time()
    summary = services.receive(message=message, session=session, now=now)
    jobs.drain()
    took = time.perf_counter() - began, time.process_time() - burnt
    made = queries.version_of(SessionSummary.objects.get(pk=summary.pk))
    if made is None or made.author != Author.MODEL:
        raise NotTold("the model did not tell of the session")
    return took


def _quotes(request: Received, delay: float) -> Reply:
    rows = [
        row.partition(": ")
        for row in request.prompt.splitlines()
        if " in doubt" not in row and row[:1].isdigit()
    ]
    chosen = [row for row in rows if "tutor" in row[0] and "?" not in row[2]][:: max(1, len(rows) // 20)][
        :SAID
    ]
    said = [
        {"text": f"The tutor said: “{text}”", "lines": [int(head.split()[0])]} for head, _, text in chosen
    ]
    return replace(chat(json.dumps({"sentences": said})), delay=delay)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, and tell by the exit status whether the goal is met."""
    parser = options(
        "From telling of a session to its summary by a model.",
        calls=(3, "sessions in each round"),
        lines=(LINES, "lines of each session"),
    )
    parser.add_argument("--delay", type=float, default=2.0, help="seconds that the model takes (%(default)s)")
    asked = parser.parse_args(arguments)
    with own_database():
        return measure(asked).ended(as_json=asked.json)


if __name__ == "__main__":
    raise SystemExit(main())
