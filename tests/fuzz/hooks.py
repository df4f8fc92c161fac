"""What the generator is told of this API: ids that exist, for every other one that it makes up.

Loaded by Schemathesis, in its own process; ``FUZZ_IDS`` holds the ids as JSON, by the name of their parameter.
"""

import json
import os
import zlib
from typing import Any

import schemathesis

IDS: dict[str, list[str]] = json.loads(os.environ.get("FUZZ_IDS", "{}"))


def known(name: str, made_up: object) -> object:
    """Return an id that exists in place of every other one; which, depends on the one made up alone."""
    choice = zlib.crc32(repr(made_up).encode())
    there = IDS.get(name)
    return there[choice // 2 % len(there)] if there and choice % 2 else made_up


def _with_known_ids(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            name: known(name, inner) if isinstance(inner, str) else _with_known_ids(inner)
            for name, inner in value.items()
        }
    return [_with_known_ids(inner) for inner in value] if isinstance(value, list) else value


@schemathesis.hook
def map_path_parameters(context: Any, path_parameters: Any) -> Any:
    """Have half of the addresses exist."""
    return _with_known_ids(path_parameters)


@schemathesis.hook
def map_body(context: Any, body: Any) -> Any:
    """Have half of the ids in bodies exist."""
    return _with_known_ids(body)


@schemathesis.hook
def map_query(context: Any, query: Any) -> Any:
    """Have half of the ids in queries exist."""
    return _with_known_ids(query)
