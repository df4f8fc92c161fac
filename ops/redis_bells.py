"""Bells by Redis; apart from the others, because the client takes a tenth of a process's start and few have Redis."""

from time import sleep

import structlog
from django_q.brokers.redis_broker import Redis as RedisBroker
from django_q.conf import Conf
from redis import Redis, RedisError

from ops.bell import OUTAGE_SECONDS, Bells

log = structlog.get_logger(__name__)
# One wakes one process, and a process that cannot do all there is passes it on.
MOST_WAITING = 16
SHORTEST_WAIT_SECONDS = 0.01
# Longer than anybody listens at a time.
PATIENCE_SECONDS = 2.0


class RedisBells(Bells, RedisBroker):  # type: ignore[misc]
    """Bells in a short Redis list, pushed when the transaction has committed; each wakes one process."""

    @staticmethod
    def get_connection(list_key: str | None = None) -> Redis:
        """Return a client that waits for nothing longer than a moment: requests ring too."""
        return Redis.from_url(
            str(Conf.REDIS), socket_timeout=PATIENCE_SECONDS, socket_connect_timeout=PATIENCE_SECONDS
        )

    def ping(self) -> bool:
        """Let the cluster start without Redis too."""
        return True

    def ring(self) -> None:
        """Have one process look, now; a bell that cannot be sent costs the seconds until somebody looks anyway."""
        try:
            with self.connection.pipeline() as pipe:
                pipe.rpush(self.list_key, "")
                pipe.ltrim(self.list_key, -MOST_WAITING, -1)
                pipe.execute()
        except (RedisError, OSError) as error:
            log.warning("bell_lost", error=type(error).__name__)

    def hear(self, seconds: float) -> bool:
        """Wait for a bell. An outage is waited for, not died of."""
        try:
            return self.connection.blpop([self.list_key], max(SHORTEST_WAIT_SECONDS, seconds)) is not None
        except (RedisError, OSError) as error:
            log.warning("bells_unreachable", error=type(error).__name__)
            sleep(OUTAGE_SECONDS)
            return False

    def pass_on(self) -> None:
        """Wake another process."""
        self.ring()

    def close(self) -> None:
        """Let go of the connection."""
        self.connection.close()
