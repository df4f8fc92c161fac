"""How sessions are written: sealed, because what is shown once to staff waits there for the next page."""

import json
from typing import Any, Final

from django.conf import settings

from microcred import sealing

PURPOSE: Final = "microcred sessions v1"


class EncryptedJSONSerializer:
    """JSON that nobody reads in the database: new secrets of partners, links for passwords, who is logged in.

    What was written before this way, or under another SECRET_KEY, cannot be read: whoever it is of logs in again.
    """

    def dumps(self, data: Any) -> bytes:
        """Return the session as it is stored."""
        return sealing.seal(json.dumps(data), key=settings.SECRET_KEY, purpose=PURPOSE).encode("ascii")

    def loads(self, stored: bytes) -> Any:
        """Return the session; ``SealBroken`` for what is not sealed so, which Django takes for an empty one."""
        return json.loads(sealing.unseal(stored.decode("ascii"), key=settings.SECRET_KEY, purpose=PURPOSE))
