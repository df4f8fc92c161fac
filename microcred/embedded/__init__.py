"""A PostgreSQL of our own: the binaries of a Python package, run from one folder, found through its socket.

Plain Python without Django, so that launchers, settings and tests can all use it.
"""

from microcred.embedded.errors import EmbeddedServerError
from microcred.embedded.server import EmbeddedServer, ServerStatus

__all__ = ["EmbeddedServer", "EmbeddedServerError", "ServerStatus"]
