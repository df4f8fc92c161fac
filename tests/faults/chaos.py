"""Students hand in while a disturber is at work; afterwards everything is counted."""

import os
import random
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.db import transaction

from ops.enums import JobStatus
from ops.jobs import enqueue
from ops.models import AsyncJob
from tests.e2e.redis_server import RedisServer
from tests.faults import counting, world
from tests.faults.disturbing import ChaosWorker, Disturber

NAIVE_SHARE: Final = 0.25
LONG: Final = 250
PATIENCE_SECONDS: Final = 90.0
PAUSE_SECONDS: Final = 0.02
# Many times as long as a model call, so that no run ends without a fault in the midst of one.
NAIVE_SECONDS: Final = 4.0
PLAIN_SECONDS: Final = 0.2
OURS: Final = (
    "scoring.score",
    "recommendations.recommend",
    "partners.deliver",
    "chaos.naive",
    "chaos.poison",
)


@dataclass
class Chaos:
    """``jobs`` assessments handed in at a ``rate`` a second, naive jobs between them, and one job that kills."""

    jobs: int
    seed: int
    rate: float
    redis: RedisServer | None
    template: str

    def run(self, stack: ExitStack) -> dict[str, Any]:
        """Run, and return the figures."""
        model = world.Model(self.seed)
        os.environ["OPENAI_BASE_URL"] = settings.OPENAI_BASE_URL = stack.enter_context(model.server).base_url
        stack.enter_context(world.database(self.template))
        stack.enter_context(world.partner())
        role = world.role_to_assess()
        started = [world.start_one(role, number) for number in range(self.jobs)]
        worker = ChaosWorker(Path(settings.STATE_DIR))
        stack.callback(worker.close)
        worker.start()
        disturber = Disturber(worker, self.seed, self.jobs >= LONG, self.redis)
        took = self._hand_in_and_wait(started, disturber)
        return self._figures(disturber, model.essays_asked, took)

    def _hand_in_and_wait(self, started: list[Any], disturber: Disturber) -> float:
        naive, chance = int(self.jobs * NAIVE_SHARE), random.Random(self.seed)
        deeds = [*range(self.jobs), *[-1] * naive]
        chance.shuffle(deeds)
        # It needs the longest.
        deeds.insert(0, -2)
        began, place, left, moved_at = time.monotonic(), 0, -1, 0.0
        while place < len(deeds) or left:
            now, before = time.monotonic() - began, left
            left = world.persistently(_left)
            moved_at = now if left != before else moved_at
            if now > moved_at + PATIENCE_SECONDS:
                break
            if place < min(len(deeds), len(deeds) * now * self.rate / self.jobs):
                self._do(deeds[place], started)
                place += 1
            else:
                time.sleep(PAUSE_SECONDS)
            disturber.go_round(now, place / len(deeds))
        disturber.end()
        return time.monotonic() - began

    def _do(self, number: int, started: list[Any]) -> None:
        if number >= 0:
            world.hand_in(started[number], number)
        elif number == -1:
            _send("chaos.naive", seconds=NAIVE_SECONDS)
        else:
            _send("chaos.poison")

    def _figures(self, disturber: Disturber, essays_asked: int, took: float) -> dict[str, Any]:
        counted = counting.count()
        return counted.as_dict() | {
            "seed": self.seed,
            "broker": "Redis" if self.redis else "PostgreSQL",
            "seconds": round(took, 1),
            "faults": dict(disturber.done),
            "extra_calls": essays_asked - counted.assessments,
            "under_way": disturber.under_way,
            "lost_with_one_of": counting.expected_losses(disturber.under_way),
            "resumed_after_kill": counting.seconds_to_next_start(disturber.killed_at),
            "resumed_after_restart": counting.seconds_to_next_start(disturber.restarted_at),
            "load": os.getloadavg()[0],
        }


@dataclass
class PoisonCost:
    """How many jobs a second a worker does without, and with, one job among them that kills whoever tries it."""

    jobs: int
    seed: int
    template: str

    def run(self, stack: ExitStack) -> dict[str, Any]:
        """Run both, and return the figures."""
        stack.enter_context(world.database(self.template))
        worker = ChaosWorker(Path(settings.STATE_DIR))
        stack.callback(worker.close)
        worker.start()
        without, with_poison = self._jobs_a_second(), self._jobs_a_second("chaos.poison")
        return {"jobs": self.jobs, "without": without, "with": with_poison, "load": os.getloadavg()[0]}

    def _jobs_a_second(self, *others: str) -> float:
        with transaction.atomic():
            for place in range(self.jobs):
                enqueue("chaos.plain", payload={"seconds": PLAIN_SECONDS})
                if place == self.jobs // 10:
                    for kind in others:
                        enqueue(kind)
        began = time.monotonic()
        while AsyncJob.objects.filter(kind="chaos.plain", completed_at=None).exists():
            time.sleep(0.1)
        return round(self.jobs / (time.monotonic() - began), 1)


def _send(kind: str, **payload: object) -> None:
    def send() -> None:
        with transaction.atomic():
            enqueue(kind, payload=payload)

    world.persistently(send)


def _left() -> int:
    return AsyncJob.objects.filter(kind__in=OURS, status__in=[JobStatus.QUEUED, JobStatus.RUNNING]).count()
