"""A cache whose counters are exact with any number of processes: every operation is one SQL statement.

Values are JSON; nothing is ever unpickled. The table is unlogged, so a crash of the database empties it.
"""

import json
from collections.abc import Sequence
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache
from django.db import connection

_ADD = """
INSERT INTO cache_counters AS entry (key, value, expires_at)
VALUES (%(key)s, %(value)s::jsonb, clock_timestamp() + make_interval(secs => %(seconds)s::float8))
ON CONFLICT (key) DO UPDATE SET value = excluded.value, expires_at = excluded.expires_at
WHERE entry.expires_at <= clock_timestamp() RETURNING 1
"""
_SET = """
INSERT INTO cache_counters (key, value, expires_at)
VALUES (%(key)s, %(value)s::jsonb, clock_timestamp() + make_interval(secs => %(seconds)s::float8))
ON CONFLICT (key) DO UPDATE SET value = excluded.value, expires_at = excluded.expires_at RETURNING 1
"""
_GET = """
SELECT value::text FROM cache_counters
WHERE key = %(key)s AND (expires_at IS NULL OR expires_at > clock_timestamp())
"""
_ADD_UP = """
UPDATE cache_counters SET value = to_jsonb((value #>> '{}')::bigint + %(delta)s)
WHERE key = %(key)s AND jsonb_typeof(value) = 'number'
    AND (expires_at IS NULL OR expires_at > clock_timestamp())
RETURNING (value #>> '{}')::bigint
"""
_TOUCH = """
UPDATE cache_counters SET expires_at = clock_timestamp() + make_interval(secs => %(seconds)s::float8)
WHERE key = %(key)s AND (expires_at IS NULL OR expires_at > clock_timestamp()) RETURNING 1
"""


class AtomicDatabaseCache(BaseCache):
    """Django's cache interface on the table of ``ops.models.CacheEntry``."""

    def __init__(self, location: str, params: dict[str, Any]) -> None:
        super().__init__(params)

    def add(
        self, key: str, value: Any, timeout: float | None = DEFAULT_TIMEOUT, version: int | None = None
    ) -> bool:
        """Store ``value`` unless a live one is there; of many at once, exactly one is told True."""
        rows = self._execute(_ADD, self._row(key, value, timeout, version))
        return bool(rows)

    def get(self, key: str, default: Any = None, version: int | None = None) -> Any:
        """Return the live value, else ``default``."""
        rows = self._execute(_GET, self._name(key, version))
        return json.loads(rows[0][0]) if rows else default

    def set(
        self, key: str, value: Any, timeout: float | None = DEFAULT_TIMEOUT, version: int | None = None
    ) -> None:
        """Store ``value``, whatever was there.

        What is no JSON is forgotten at once, as a cache may: the administration's theme keeps objects of its search.
        """
        try:
            row = self._row(key, value, timeout, version)
        except TypeError:
            self.delete(key, version)
        else:
            self._execute(_SET, row)

    def incr(self, key: str, delta: int = 1, version: int | None = None) -> int:
        """Add ``delta`` to a live counter and return the sum; ``ValueError`` when there is none."""
        rows = self._execute(_ADD_UP, self._name(key, version) | {"delta": delta})
        if not rows:
            raise ValueError(f"there is no counter {key!r}")
        return int(rows[0][0])

    def touch(self, key: str, timeout: float | None = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        """Give a live value a new life time; say whether there was one."""
        seconds = {"seconds": self.get_backend_seconds(timeout)}
        rows = self._execute(_TOUCH, self._name(key, version) | seconds)
        return bool(rows)

    def delete(self, key: str, version: int | None = None) -> bool:
        """Remove a value; say whether there was one."""
        return bool(
            self._execute(
                "DELETE FROM cache_counters WHERE key = %(key)s RETURNING 1", self._name(key, version)
            )
        )

    def clear(self) -> None:
        """Remove everything."""
        self._execute("DELETE FROM cache_counters RETURNING 1", {})

    def get_backend_seconds(self, timeout: float | None) -> float | None:
        """Return the life time in seconds, None for a value that stays."""
        seconds = self.default_timeout if timeout is DEFAULT_TIMEOUT else timeout
        return None if seconds is None else float(seconds)

    def _name(self, key: str, version: int | None) -> dict[str, Any]:
        return {"key": self.make_and_validate_key(key, version=version)}

    def _row(self, key: str, value: Any, timeout: float | None, version: int | None) -> dict[str, Any]:
        return self._name(key, version) | {
            "value": json.dumps(value),
            "seconds": self.get_backend_seconds(timeout),
        }

    @staticmethod
    def _execute(sql: str, parameters: dict[str, Any]) -> Sequence[tuple[Any, ...]]:
        with connection.cursor() as cursor:
            cursor.execute(sql, parameters)
            rows: list[tuple[Any, ...]] = cursor.fetchall()
            return rows
