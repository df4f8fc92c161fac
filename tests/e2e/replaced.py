"""One run of the demonstration with all parts replaced, and what was seen of it."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from microcred.embedded import EmbeddedServer
from tests.e2e.demonstration import HANDED_IN, START, Demonstration, processes_of
from tests.e2e.redis_server import PROGRAM, RedisServer
from tests.fakes.openai_server import FakeOpenAI, Received
from tests.scoring.replies import second_level_but_golden

KEY = "sk-test"
# Of the student who took the assessment: the made-up ones' were scored without a model.
ESSAYS = """
SELECT provider, outcome, input_tokens, output_tokens, cost_microcents FROM essay_scores
JOIN assessments ON assessments.id = assessment_id JOIN users ON users.id = user_id
WHERE profile -> 'synthetic' IS NULL
"""
# A sequence tells of rows that are gone again.
BELLS = "SELECT is_called FROM django_q_ormq_id_seq"


@dataclass(frozen=True)
class ReplacedRun:
    """What was seen; ``bells`` are pushes to Redis before its outage and after, None without a redis-server."""

    status: int
    output: str
    result: dict[str, Any]
    left: list[int]
    has_own_database: bool
    outside_is_ready: bool
    essays: list[tuple[Any, ...]]
    bells_in_database: bool
    bells: tuple[int, int] | None
    requests: list[Received]
    database: Path
    """Folder of the outside server, stopped: the demonstration's data, for copies."""


def run_with_other_parts(place: Path) -> ReplacedRun:
    """Run the demonstration on an outside database, a model server, and a Redis that is lost at the worst time."""
    with ExitStack() as parts:
        outside = parts.enter_context(EmbeddedServer(place / "outside").running())
        model = parts.enter_context(FakeOpenAI(script=second_level_but_golden, api_key=KEY))
        redis = parts.enter_context(RedisServer(place)) if PROGRAM else None
        demo = parts.enter_context(
            Demonstration(
                place / "state",
                DATABASE_URL=outside.url(),
                REDIS_URL=redis.url if redis else "",
                OPENAI_API_KEY=KEY,
                OPENAI_BASE_URL=model.base_url,
                # Without Redis nobody could log in: guesses at passwords must be counted.
                RATE_LIMITS_ENABLED="false",
            )
        )
        bells = list(outage_at_hand_in(demo, redis)) if redis else None
        status = demo.end()
        with psycopg.connect(outside.url()) as connection:
            essays = connection.execute(ESSAYS).fetchall()
            (bells_in_database,) = connection.execute(BELLS).fetchone() or (None,)
        return ReplacedRun(
            status=status,
            output=demo.output,
            result=demo.result if status == 0 else {},
            left=processes_of(demo.state),
            has_own_database=(demo.state / "postgres").exists(),
            outside_is_ready=outside.is_ready(),
            essays=essays,
            bells_in_database=bool(bells_in_database),
            bells=(bells[0], redis.calls("rpush")) if redis and bells else None,
            requests=list(model.requests),
            database=place / "outside",
        )


def outage_at_hand_in(demo: Demonstration, redis: RedisServer) -> Iterator[int]:
    """Lose Redis before the answers are handed in and give it back, empty, afterwards; yield the pushes before."""
    demo.wait_for(START)
    yield redis.calls("rpush")
    redis.kill()
    demo.wait_for(HANDED_IN)
    redis.start()
