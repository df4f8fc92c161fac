"""What a run needs: a database server of its own, a catalog, a partner, a model, and students who hand in."""

import random
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock
from typing import TypeVar

from django.conf import settings
from django.core.management import call_command
from django.db import DatabaseError, InterfaceError, connection
from django.utils import timezone

from assessments import services as assessments
from assessments.models import Assessment
from catalog.models import JobRole
from microcred.ai import providers
from microcred.embedded.binaries import find_binaries
from partners import services as partners
from partners.enums import EventType
from recommendations.services import refresh_embeddings
from tests.factories.accounts import UserFactory
from tests.factories.assessments import GOOD_ESSAY, RIGHT_ANSWERS, given_answers
from tests.factories.recommendations import offered
from tests.factories.releases import released
from tests.factories.scoring import role_with_essay
from tests.fakes.openai_server import FakeOpenAI, Received
from tests.microcred.listeners import listening, replying
from tests.scoring.replies import second_level

T = TypeVar("T")
OUTAGE_SECONDS = 0.1
# A model call that is short beside the time between two faults: what is lost is mostly lost once.
SHORTEST_CALL, LONGEST_CALL = 0.1, 0.6
_TRIGGER = """
CREATE TABLE chaos_claims (job_id uuid, kind text, at timestamptz DEFAULT clock_timestamp());
CREATE FUNCTION chaos_claimed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO chaos_claims (job_id, kind) VALUES (NEW.id, NEW.job_type); RETURN NULL;
END $$;
CREATE TRIGGER chaos_claimed AFTER UPDATE ON async_jobs FOR EACH ROW
    WHEN (NEW.status = 'running' AND NEW.owner_token IS DISTINCT FROM OLD.owner_token)
    EXECUTE FUNCTION chaos_claimed();
"""


class Model:
    """A model server that takes its time, and counts what it was asked about essays."""

    def __init__(self, seed: int) -> None:
        self.server = FakeOpenAI()
        self.essays_asked = 0
        self._lock, self._chance = Lock(), random.Random(seed)
        self.server.script = self._late

    def _late(self, request: Received) -> str:
        with self._lock:
            self.essays_asked += 1
            seconds = self._chance.uniform(SHORTEST_CALL, LONGEST_CALL)
        time.sleep(seconds)
        return second_level(request)


@contextmanager
def database(template: str) -> Iterator[None]:
    """Run a server of our own with the schema in it: a copy of the database at ``template``, else migrated."""
    with settings.EMBEDDED_DATABASE.running():
        if template:
            _copy(template, settings.EMBEDDED_DATABASE.url())
        else:
            call_command("migrate", verbosity=0)
        with connection.cursor() as cursor:
            cursor.execute(_TRIGGER)
        try:
            yield
        finally:
            connection.close()
            # Who restarts it makes it stay; and one that outlives its folder would take the socket of its successor.
            settings.EMBEDDED_DATABASE.stop()


def _copy(source: str, target: str) -> None:
    programs = find_binaries()
    dump = [programs.program("pg_dump"), "--no-owner", "--dbname", source]
    restore = [programs.program("psql"), "--quiet", "--set", "ON_ERROR_STOP=1", "--dbname", target]
    with subprocess.Popen(dump, stdout=subprocess.PIPE) as dumped:
        subprocess.run(restore, stdin=dumped.stdout, stdout=subprocess.DEVNULL, check=True)
    assert dumped.returncode == 0


@contextmanager
def partner() -> Iterator[None]:
    """A partner who takes every message and wants them all."""
    with listening(replying(b"HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n")) as listener:
        partners.register_endpoint(
            by=None, name="Partner", url=f"http://127.0.0.1:{listener.port}/", event_types=EventType.wanted()
        )
        yield


def role_to_assess() -> JobRole:
    """A role that asks a choice and an essay, in a catalog with something to recommend."""
    role = role_with_essay()
    for number in range(4):
        offered(f"course-{number}", analysis=2.0 + number / 2)
    released()
    refresh_embeddings(embedder=providers.embedder())
    return role


def start_one(role: JobRole, number: int) -> Assessment:
    """Let a new student start."""
    return assessments.start(
        by=UserFactory(), role_id=role.pk, metadata={"number": number}, now=timezone.now()
    ).assessment


def hand_in(assessment: Assessment, number: int) -> None:
    """Hand in, again and again while the database is away; whether an answer was lost on the way shows by itself."""
    answers = RIGHT_ANSWERS | {"essay": f"{GOOD_ESSAY} This is what I, number {number}, would do."}
    given = None
    while True:
        try:
            given = given or given_answers(assessment, answers)
            assessments.submit(
                by=assessment.user,
                assessment_id=assessment.pk,
                answers=given,
                completed=True,
                now=timezone.now(),
            )
        except assessments.AssessmentClosed:
            return
        except (DatabaseError, InterfaceError):
            connection.close()
            time.sleep(OUTAGE_SECONDS)
        else:
            return


def persistently(ask: Callable[[], T]) -> T:
    """Ask the database until it answers."""
    while True:
        try:
            return ask()
        except (DatabaseError, InterfaceError):
            connection.close()
            time.sleep(OUTAGE_SECONDS)
