"""Token buckets, exact with any number of processes: one statement in PostgreSQL, or one script in Redis.

A caller has a bucket for every limit of their scope. One call takes a request from each of them, or from none if one is
empty. Buckets fill up steadily to their size, by the clock of whoever keeps them.
"""

import functools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import connection

Limit = tuple[int, int]
REDIS_SECONDS = 1.0
# The row is locked while its new contents are computed.
_TAKE = """
INSERT INTO rate_buckets AS bucket (key, tokens, allowed, refilled_at)
VALUES (
    %(key)s,
    (SELECT array_agg(size - 1 ORDER BY place)
     FROM unnest(%(sizes)s::float8[]) WITH ORDINALITY AS full_bucket (size, place)),
    true,
    clock_timestamp()
)
ON CONFLICT (key) DO UPDATE SET (tokens, allowed, refilled_at) = (
    SELECT array_agg(CASE WHEN lowest >= 1 THEN filled - 1 ELSE filled END ORDER BY place),
           bool_and(lowest >= 1),
           clock_timestamp()
    FROM (
        SELECT place, filled, min(filled) OVER () AS lowest
        FROM (
            SELECT place, least(
                size,
                coalesce(held, size)
                + greatest(extract(epoch FROM clock_timestamp() - bucket.refilled_at), 0) * size / period
            ) AS filled
            FROM unnest(bucket.tokens, %(sizes)s::float8[], %(periods)s::float8[])
                 WITH ORDINALITY AS limits (held, size, period, place)
            WHERE size IS NOT NULL
        ) AS refilled
    ) AS judged
)
RETURNING allowed, tokens
"""
# The same, with the time of the server in seconds and microseconds. What nobody has touched for the longest period
# is full again and may be forgotten.
_SCRIPT = """
local time = redis.call('TIME')
local now = tonumber(time[1]) + tonumber(time[2]) / 1000000
local count = #ARGV / 2
local held = redis.call('LRANGE', KEYS[1], 0, -1)
local since = held[1] and math.max(now - tonumber(held[1]), 0) or 0
local filled, lowest, longest = {}, math.huge, 1
for place = 1, count do
    local size, period = tonumber(ARGV[place]), tonumber(ARGV[count + place])
    local left = tonumber(held[place + 1] or size)
    filled[place] = math.min(size, left + since * size / period)
    lowest, longest = math.min(lowest, filled[place]), math.max(longest, period)
end
local kept = {string.format('%.17g', now)}
for place = 1, count do
    kept[place + 1] = string.format('%.17g', lowest >= 1 and filled[place] - 1 or filled[place])
end
redis.call('DEL', KEYS[1])
redis.call('RPUSH', KEYS[1], unpack(kept))
redis.call('EXPIRE', KEYS[1], math.ceil(longest) + 1)
kept[1] = lowest >= 1 and 1 or 0
return kept
"""


class BucketStoreUnavailable(Exception):
    """Whoever keeps the buckets is away."""


@dataclass(frozen=True)
class Allowance:
    """What one caller may still do under the limit that is nearest to being used up.

    ``remaining`` requests are left of ``limit``; the bucket is full again in ``reset`` seconds. ``wait`` is
    the seconds until the next request passes, 0 when it passes now.
    """

    allowed: bool
    limit: int
    remaining: int
    reset: int
    wait: int

    def headers(self) -> dict[str, str]:
        """Return the headers that tell the caller."""
        headers = {
            "RateLimit-Limit": str(self.limit),
            "RateLimit-Remaining": str(self.remaining),
            "RateLimit-Reset": str(self.reset),
        }
        return headers if self.allowed else headers | {"Retry-After": str(self.wait)}


def consume_token(caller: str, limits: Sequence[Limit]) -> Allowance:
    """Take one request from every bucket of ``caller``, or none if one of them is empty.

    ``limits`` are (requests, seconds in which they come back). The buckets are in Redis where there is one.

    Raises:
        CannotCount: if Redis does not answer. A database that does not answer is an error as everywhere.
    """
    allowed, tokens = (_take_in_redis if settings.REDIS_URL else _take_in_database)(caller[:200], limits)
    return judge(limits, tokens, allowed=allowed)


def _take_in_database(caller: str, limits: Sequence[Limit]) -> tuple[bool, list[float]]:
    sizes = [float(size) for size, _ in limits]
    periods = [float(period) for _, period in limits]
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, {"key": caller, "sizes": sizes, "periods": periods})
        allowed, tokens = cursor.fetchone()
    return allowed, tokens


def _take_in_redis(caller: str, limits: Sequence[Limit]) -> tuple[bool, list[float]]:
    from redis import RedisError

    numbers = [size for size, _ in limits] + [period for _, period in limits]
    try:
        allowed, *tokens = _script(settings.REDIS_URL)(keys=[f"microcred:bucket:{caller}"], args=numbers)
    except RedisError as error:
        raise BucketStoreUnavailable(type(error).__name__) from error
    return bool(allowed), [float(left) for left in tokens]


@functools.lru_cache(maxsize=4)
def _script(url: str) -> Any:
    """Return the script on a pool of connections of this process."""
    # Few have Redis, and its client takes a tenth of a process's start.
    from redis import Redis

    client = Redis.from_url(url, socket_timeout=REDIS_SECONDS, socket_connect_timeout=REDIS_SECONDS)
    return client.register_script(_SCRIPT)


def judge(limits: Sequence[Limit], tokens: Sequence[float], *, allowed: bool) -> Allowance:
    """Turn what is left in the buckets into the allowance of the scarcest limit."""
    waits = [max(0.0, 1 - left) * period / size for left, (size, period) in zip(tokens, limits, strict=True)]
    scarcest = min(range(len(limits)), key=lambda place: (-waits[place], tokens[place]))
    size, period = limits[scarcest]
    left = tokens[scarcest]
    return Allowance(
        allowed=allowed,
        limit=size,
        remaining=max(0, math.floor(left)),
        reset=math.ceil((size - left) * period / size),
        wait=0 if allowed else max(1, math.ceil(waits[scarcest])),
    )
